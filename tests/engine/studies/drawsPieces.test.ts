import { describe, expect, it } from 'vitest'
import { generator } from '#shared/random.ts'
import { masksOf, parseDraws, type Draws } from '#shared/transforms/index.ts'
import { DrawsPieces, type DrawnMask } from '#engine/studies/masks/drawsPieces.ts'

const sorted = (entries: readonly DrawnMask[]) =>
  entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))

/** Reads a file from pieces of at most `length` bytes. */
function pieced(text: string, length: number): { head: Draws; entries: DrawnMask[] } {
  const file = new DrawsPieces()
  const bytes = Buffer.from(text)
  const entries: DrawnMask[] = []
  for (let at = 0; at < bytes.length; at += length)
    entries.push(...file.read(bytes.subarray(at, at + length)))
  return { head: file.head(), entries: sorted(entries) }
}

/** Reads a file at once. */
function whole(text: string): { head: Draws; entries: DrawnMask[] } {
  const draws = parseDraws(text)
  const entries = masksOf(draws).flatMap((masks, size) =>
    Object.entries(masks.entries).flatMap(([level, owners]) =>
      Object.entries(owners).map(([owner, bits]) => ({ size, level, owner, bits })),
    ),
  )
  const others = draws.others?.map((one) => ({ ...one, entries: {} }))
  return { head: { ...draws, entries: {}, ...(others && { others }) }, entries: sorted(entries) }
}

const attempt = (read: () => unknown): unknown => {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
}

const head = { format: 'kernelscope-draws', version: 1, patch: 16, height: 32, width: 32 }
const file = {
  note: [{ 'a"b': ['\\', 'ü\n\u2028😀', -1.5e-7, true, null] }],
  ...head,
  others: [{ height: 48, width: 32, entries: { '10/0': { b: 'ff00' } } }],
  entries: { '10/0': { a: '0f', 'group:0': '01', ü: '' }, '5/1': { a: '10', b: '20' }, '7/0': {} },
}

describe('a draws file in pieces', () => {
  it('reads as the whole file does, wherever it is cut', () => {
    const named = { ...file, entries: { ...file.entries, '9/0': { 'ü"\\\n': '00', '😀\u2028': '01' } } }
    for (const text of [JSON.stringify(named), JSON.stringify(named, null, 2)])
      for (const length of [1, 2, 3, 7, 2 ** 16]) expect(pieced(text, length)).toEqual(whole(text))
  })

  it('is refused where it is invalid, with the message for the whole file', () => {
    // Names without escapes: JSON.parse of Node 24 (V8 13.6) confuses the name a\" with a\\ after reading the latter.
    const random = generator('draws', 1)
    const below = (most: number) => Math.floor(most * random.uniform())
    const marks = ['{', '}', '[', ']', ',', ':', '"', '\\', ' ', '1', '-', 'x', 'true', '\u0001', '']
    const texts = [JSON.stringify(file), JSON.stringify(file, null, 1)]
    const verdicts = new Set<unknown>()
    for (let round = 0; round < 3000; round++) {
      const text = texts[below(2)] ?? ''
      const [at, cut] = [below(text.length + 1), below(2)]
      const changed = text.slice(0, at) + (marks[below(marks.length)] ?? '') + text.slice(at + cut)
      const wanted = attempt(() => whole(changed))
      for (const length of [1, 5, 2 ** 16])
        expect(
          attempt(() => pieced(changed, length)),
          changed,
        ).toEqual(wanted)
      if (typeof wanted === 'string') verdicts.add(wanted)
    }
    expect(verdicts.size).toBeGreaterThan(20)
  })

  it('names the first of many invalid masks, and accepts no file with more invalid ones than it counts', () => {
    const masks = (bits: unknown, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`i${at}`, bits]))
    for (const entries of [{ '1/0': masks('F0', 5000) }, masks({ a: '00' }, 5000), masks([1], 5000)]) {
      const text = JSON.stringify({ ...head, entries })
      expect(attempt(() => pieced(text, 2 ** 16))).toBe(attempt(() => whole(text)))
    }
    const again = `{"1/0":{${'"a":5,'.repeat(5000)}"a":"00"}}`
    const text = `${JSON.stringify(head).slice(0, -1)},"entries":${again}}`
    expect(() => pieced(text, 2 ** 16)).toThrow('it holds too much that is not a mask')
  })

  it('uses the last of several members with one name', () => {
    const text = JSON.stringify({ ...head, entries: { '1/0': { a: '00' } } })
    const twice = text
      .replace('"a":"00"', '"a":5,"a":"00","a":"01"')
      .replace('"patch":16', '"patch":"","patch":16')
    const { head: found, entries } = pieced(twice, 2 ** 16)
    expect(found).toEqual(pieced(text, 2 ** 16).head)
    expect(entries.map(({ bits }) => bits)).toEqual(['00', '01'])
    expect(() => pieced(text.replace('"a":"00"', '"a":"00","a":5'), 2 ** 16)).toThrow('entries.1/0.a: ')
  })

  it('cannot change the prototype of objects', () => {
    const text = `${JSON.stringify(head).slice(0, -1)},"__proto__":{"patch":1},"entries":{"__proto__":{"a":"00"},"1/0":{"b":"00"}}}`
    const { head: found, entries } = pieced(text, 3)
    expect(found).toEqual({ ...head, entries: {} })
    expect(entries).toEqual([{ size: 0, level: '1/0', owner: 'b', bits: '00' }])
  })
})

describe('a hostile draws file', () => {
  const start = `${JSON.stringify(head).slice(0, -1)},"entries":{},`
  const piece = 2 ** 18
  /** A file that starts with `start` and repeats a text for 600 MB, or until it is refused. */
  function endless(begin: string, more: string): void {
    const file = new DrawsPieces()
    file.read(Buffer.from(begin))
    const bytes = Buffer.from(more.repeat(piece / more.length))
    for (let read = 0; read < 6e8; read += bytes.length) file.read(bytes)
  }

  it.each([
    ['a list in a list', '', '[', 'nested too deep'],
    ['a list in a member that is ignored', `${start}"note":`, '[', 'nested too deep'],
    ['a member in a member', '', '{"a":', 'nested too deep'],
    ['a long text', `${start}"note":"`, 'a', 'a text in it is too long'],
    ['a long text of escapes', `${start}"note":"`, '\\n', 'a text in it is too long'],
    ['a long name', `${start}"`, 'a', 'a text in it is too long'],
    ['a long number', `${start}"note":`, '1', 'a text in it is too long'],
    ['a long gap', `${start}`, ' ', 'a text in it is too long'],
    ['many sizes', `${start}"others":[0`, ',{"height":1}'.padEnd(16), 'it holds too much that is not a mask'],
  ])('with %s is refused before it fills the memory', (_, begin, more, why) => {
    expect(() => endless(begin, more)).toThrow(
      expect.objectContaining({ code: 'DRAWS_MALFORMED', message: `invalid draws file: ${why}` }),
    )
  })
})
