import { describe, expect, it } from 'vitest'
import {
  canonicalPixelTransform,
  drawsEntry,
  droppedPatches,
  fromBitset,
  parseDraws,
  patchGrid,
  patchMask,
  serialiseDraws,
  toBitset,
  pixelTransform,
  type Draws,
  type PatchDrop,
} from '#shared/transforms/index.ts'

const drop: PatchDrop = {
  op: 'patchDrop',
  patch: 16,
  percent: 50,
  fill: 'black',
  seed: 7,
  repeat: 0,
  group: null,
  draws: null,
}
const count = (mask: Uint8Array) => mask.reduce((sum, dropped) => sum + dropped, 0)

describe('the number of dropped patches', () => {
  it('equals the paper’s numbers for 0 to 90 % of 196', () => {
    const numbers = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => droppedPatches(196, percent))
    expect(numbers).toEqual([0, 19, 39, 58, 78, 98, 117, 137, 156, 176])
    expect(droppedPatches(196, 100)).toBe(196)
  })
})

describe('a patch mask', () => {
  it('covers the picture, with partial patches at the border', () => {
    expect(patchGrid(16, 224, 224)).toEqual({ rows: 14, columns: 14, total: 196 })
    expect(patchGrid(16, 97, 33)).toEqual({ rows: 7, columns: 3, total: 21 })
    expect(count(patchMask({ ...drop, percent: 70 }, 'ab', 97, 33))).toBe(14)
  })

  it('depends only on image, seed, percent and repeat', () => {
    const mask = patchMask(drop, 'ab', 224, 224)
    expect(count(mask)).toBe(98)
    expect(patchMask({ ...drop, fill: 'mean' }, 'ab', 224, 224)).toEqual(mask)
    const others = [
      patchMask(drop, 'ac', 224, 224),
      patchMask({ ...drop, seed: 8 }, 'ab', 224, 224),
      patchMask({ ...drop, repeat: 1 }, 'ab', 224, 224),
      patchMask({ ...drop, group: 0 }, 'ab', 224, 224),
    ]
    for (const other of others) expect(other).not.toEqual(mask)
  })

  it('stays the same in later versions, so that stored predictions stay valid', () => {
    expect(toBitset(patchMask({ ...drop, patch: 32 }, 'ab', 96, 96))).toBe('6a00')
  })

  it('is shared by all images of a group', () => {
    const grouped = { ...drop, group: 4 }
    expect(patchMask(grouped, 'ab', 224, 224)).toEqual(patchMask(grouped, 'ac', 224, 224))
    expect(patchMask(grouped, 'ab', 224, 224)).not.toEqual(patchMask({ ...drop, group: 5 }, 'ab', 224, 224))
  })

  it('drops every patch equally often', () => {
    const sums = new Array<number>(9).fill(0)
    const n = 3000
    for (let i = 0; i < n; i++) {
      patchMask({ ...drop, patch: 32, percent: 34 }, `image ${i}`, 96, 96).forEach((dropped, patch) => {
        sums[patch]! += dropped
      })
    }
    for (const sum of sums) expect(Math.abs(sum - n / 3)).toBeLessThan(4 * Math.sqrt((n * 2) / 9))
  })
})

describe('a draws file', () => {
  const mask = patchMask(drop, 'ab', 224, 224)
  const file: Draws = {
    format: 'kernelscope-draws',
    version: 1,
    patch: 16,
    height: 224,
    width: 224,
    entries: { '50/0': { ab: toBitset(mask), 'group:3': toBitset(mask) } },
  }
  const replay = { ...drop, seed: 99, draws: 'digest' }

  it('is unchanged after writing and reading', () => {
    expect(parseDraws(serialiseDraws(file))).toEqual(file)
  })

  it('replays the mask whatever the seed, per image or per group', () => {
    expect(patchMask(replay, 'ab', 224, 224, file)).toEqual(mask)
    expect(patchMask({ ...replay, group: 3 }, 'zz', 224, 224, file)).toEqual(mask)
    expect(drawsEntry({ ...replay, group: 3 }, 'zz')).toEqual({ level: '50/0', owner: 'group:3' })
  })

  it.each([
    ['no file', () => patchMask(replay, 'ab', 224, 224), 'missing draws digest'],
    ['another size', () => patchMask(replay, 'ab', 96, 96, file), 'not 16 in 96x96'],
    ['no mask for the image', () => patchMask(replay, 'zz', 224, 224, file), 'no mask 50/0 of zz'],
    [
      'no mask for the level',
      () => patchMask({ ...replay, percent: 60 }, 'ab', 224, 224, file),
      'no mask 60/0 of ab',
    ],
    ['a short bitset', () => fromBitset('ff', 9), '1 bytes for 9 patches'],
    ['a patch outside', () => fromBitset('ff04', 9), 'patch 10 of 9'],
    ['no JSON', () => parseDraws('{'), 'not JSON'],
    ['another format', () => parseDraws('{"format":"x"}'), 'format'],
    [
      'odd hex',
      () => parseDraws(serialiseDraws({ ...file, entries: { '1/0': { a: 'abc' } } })),
      'entries.1/0.a',
    ],
  ])('with %s is refused', (_, work, message) => {
    expect(work).toThrow(
      expect.objectContaining({ code: 'DRAWS_MALFORMED', message: expect.stringContaining(message) }),
    )
  })

  it('keeps every bit of a bitset', () => {
    const bits = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    expect(toBitset(bits)).toBe('0102')
    expect(fromBitset('0102', 10)).toEqual(bits)
  })
})

describe('the transform schema', () => {
  it('has one canonical text per value', () => {
    const shuffled = {
      seed: 7,
      draws: null,
      group: null,
      repeat: 0,
      fill: 'black',
      percent: 50,
      patch: 16,
      op: 'patchDrop',
    }
    expect(canonicalPixelTransform(pixelTransform.parse(shuffled))).toBe(
      '{"draws":null,"fill":"black","group":null,"op":"patchDrop","patch":16,"percent":50,"repeat":0,"seed":7}',
    )
    expect(canonicalPixelTransform({ op: 'identity' })).toBe('{"op":"identity"}')
  })

  it.each([{ op: 'nothing' }, { ...drop, percent: 50.5 }, { ...drop, percent: 101 }, { ...drop, patch: 0 }])(
    'refuses %j',
    (value) => expect(pixelTransform.safeParse(value).success).toBe(false),
  )
})
