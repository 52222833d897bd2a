import { describe, expect, it } from 'vitest'
import { KeysetPages } from '../../../src/renderer/features/datasets/grid/pages.ts'

/** A list of `length` numbers behind keyset pages. It counts the requests. */
function source(length: number, options: { keep?: number; slow?: boolean } = {}) {
  let total = length
  const asked: (number | null)[] = []
  let aborted = 0
  let release: (() => void)[] = []
  const pages = new KeysetPages<number>({
    pageSize: 10,
    ...(options.keep ? { keep: options.keep } : {}),
    fetch: async (after, limit, signal) => {
      asked.push(after)
      if (options.slow) {
        await new Promise<void>((resolve, reject) => {
          release.push(resolve)
          signal.addEventListener('abort', () => {
            aborted++
            reject(new DOMException('aborted', 'AbortError'))
          })
        })
      }
      const from = after ?? 0
      const rows = Array.from({ length: Math.min(limit, total - from) }, (_, i) => from + i + 1)
      const last = rows.at(-1) ?? 0
      return { rows, next: last < total ? last : null }
    },
  })
  return {
    pages,
    asked,
    grow: (by: number) => (total += by),
    aborts: () => aborted,
    release: () => {
      const waiting = release
      release = []
      waiting.forEach((go) => go())
    },
  }
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('keyset pages by place', () => {
  it('fetches the wanted pages and the page after them', async () => {
    const { pages, asked } = source(100)
    pages.want(0, 8)
    await settle()
    expect(asked).toEqual([null, 10])
    expect(pages.row(0)).toBe(1)
    expect(pages.row(19)).toBe(20)
    expect(pages.row(20)).toBeUndefined()
  })

  it('reads all pages before a distant position, and returns without reading them again', async () => {
    const { pages, asked } = source(100, { keep: 3 })
    pages.want(80, 88)
    await settle()
    expect(pages.row(85)).toBe(86)
    expect(pages.row(5)).toBeUndefined()
    const walked = asked.length
    pages.want(40, 48)
    await settle()
    expect(pages.row(45)).toBe(46)
    expect(asked.slice(walked)).toEqual([40, 50])
  })

  it('stops at the end of the list', async () => {
    const { pages, asked } = source(15)
    pages.want(0, 500)
    await settle()
    expect(asked).toEqual([null, 10])
    expect(pages.row(14)).toBe(15)
    expect(pages.row(15)).toBeUndefined()
  })

  it('aborts a page that was scrolled past', async () => {
    const { pages, aborts, release, asked } = source(100, { slow: true })
    pages.want(0, 8)
    release()
    await settle()
    release()
    await settle()
    expect(asked).toEqual([null, 10])
    pages.want(20, 28)
    pages.want(0, 8)
    expect(aborts()).toBe(1)
    expect(pages.row(3)).toBe(4)
  })

  it('goes on where the list has grown', async () => {
    const { pages, grow } = source(15)
    pages.want(0, 500)
    await settle()
    grow(10)
    pages.grown()
    await settle()
    expect(pages.row(14)).toBe(15)
    expect(pages.row(24)).toBe(25)
    expect(pages.row(25)).toBeUndefined()
  })

  it('finds a loaded row', async () => {
    const { pages } = source(100)
    pages.want(0, 8)
    await settle()
    expect(pages.find((row) => row === 14)).toBe(13)
    expect(pages.find((row) => row === 99)).toBeNull()
  })
})
