import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateOfMasks } from '#engine/studies/kinds/salientPatchDrop/source.ts'
import { temporaryFolder } from '../../temporary.ts'

/** The same digest computed at once, as existing studies have it. */
function atOnce(folder: string, datasetId: number): string {
  const hash = createHash('sha256').update(`${datasetId}\n`)
  const walk = (place: string) => {
    for (const entry of readdirSync(place, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(place, entry.name)
      if (entry.isDirectory()) walk(path)
      else {
        const { size, mtimeMs } = statSync(path)
        hash.update(`${relative(folder, path)}\0${size}\0${Math.round(mtimeMs)}\n`)
      }
    }
  }
  walk(folder)
  return hash.digest('hex')
}

/** Masks in class folders, with nested folders and with files between them. */
function masks(count: number): string {
  const folder = temporaryFolder()
  for (const place of ['a', 'b/deep', 'c']) mkdirSync(join(folder, place), { recursive: true })
  for (let at = 0; at < count; at++)
    writeFileSync(join(folder, ['a', 'b/deep', 'c', '.'][at % 4] ?? '', `m${at}.png`), 'x'.repeat(at % 7))
  writeFileSync(join(folder, 'b', 'zz.png'), 'last')
  writeFileSync(join(folder, 'bb.png'), 'between')
  return folder
}

describe('the digest of a folder of masks', () => {
  it('is that of its files in order of their names', async () => {
    const folder = masks(600)
    const names = await Promise.all([stateOfMasks(folder, 3), stateOfMasks(folder, 3)])
    expect(names).toEqual([atOnce(folder, 3), atOnce(folder, 3)])
    expect(await stateOfMasks(folder, 4)).not.toBe(names[0])
  })

  it.each([
    ['one more file', (folder: string) => writeFileSync(join(folder, 'b/deep/new.png'), '')],
    ['another size', (folder: string) => writeFileSync(join(folder, 'bb.png'), 'longer than before')],
    ['another time', (folder: string) => utimesSync(join(folder, 'c/m2.png'), 5, 5)],
  ])('changes with %s', async (_, change) => {
    const folder = masks(8)
    const before = await stateOfMasks(folder, 1)
    change(folder)
    expect(await stateOfMasks(folder, 1)).not.toBe(before)
  })

  it('is that of no files where there is no folder', async () => {
    expect(await stateOfMasks(join(temporaryFolder(), 'none'), 1)).toBe(
      createHash('sha256').update('1\n').digest('hex'),
    )
  })

  it('lets other work of the thread run in between', async () => {
    const folder = masks(2000)
    let turns = 0
    const beat = () => {
      turns++
      next = setImmediate(beat)
    }
    let next = setImmediate(beat)
    await stateOfMasks(folder, 1)
    clearImmediate(next)
    // 64 files at a time.
    expect(turns).toBeGreaterThan(2000 / 64)
  })

  it('stops when it is cancelled', async () => {
    const folder = masks(2000)
    const stop = new AbortController()
    const reason = new Error('called off')
    const asked = stateOfMasks(folder, 1, stop.signal)
    setImmediate(() => stop.abort(reason))
    await expect(asked).rejects.toBe(reason)
  })
})
