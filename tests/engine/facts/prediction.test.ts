import { describe, expect, it } from 'vitest'
import { storedOfRow, toPrediction, toStored } from '#engine/facts/prediction.ts'
import type { Facts } from '#engine/inference/index.ts'
import { markOf } from '#engine/workspace/facts/marks.ts'
import { addToPack, readPack, removeFromPack } from '#engine/workspace/facts/pack.ts'
import {
  confidenceIn,
  lengthOfRecord,
  longestRecord,
  markOfRecord,
  readRecord,
  writeRecord,
  type StoredFact,
} from '#engine/workspace/facts/record.ts'
import { likeliestOfBefore } from '#engine/workspace/migrations/likeliest.ts'

/** Facts of images with the given likeliest classes; the other places are empty. */
function answers(...rows: [number, number][][]): Facts {
  const empty: [number, number] = [-1, 0]
  const places = rows.flatMap((row) => Array.from({ length: 5 }, (_, at) => row[at] ?? empty))
  return {
    rows: rows.length,
    predicted: new Int32Array(rows.length),
    correct: new Int8Array(rows.length),
    trueRank: new Int32Array(rows.length),
    confidence: new Float64Array(rows.length),
    trueProbability: new Float64Array(rows.length),
    trueLogit: new Float64Array(rows.length),
    flagged: new Uint8Array(rows.length),
    topClasses: Int32Array.from(places, ([index]) => index),
    topProbabilities: Float32Array.from(places, ([, probability]) => probability),
  }
}

const five: [number, number][] = [
  [999, 0.5],
  [0, 0.25],
  [7, 0.125],
  [3, 0.0625],
  [65_000, 0.03125],
]

/** The record of a fact behind some other bytes. */
function recordOf(fact: StoredFact): Buffer {
  const bytes = Buffer.alloc(3 + longestRecord)
  return bytes.subarray(3, writeRecord(fact, bytes, 3))
}

const plain: StoredFact = {
  predicted: 3,
  correct: 1,
  trueRank: 1,
  confidence: 0.7,
  trueProbability: 0.7,
  trueLogit: Math.fround(5.3),
  count: 2,
  from: 0,
  classes: [3, 999],
  probabilities: [Math.fround(0.7), Math.fround(0.2)],
}

describe('a record', () => {
  it.each<[string, Partial<StoredFact>, number]>([
    ['right', {}, 2 + 8 + 4 + 2 * 2 + 4],
    ['of few classes', { classes: [3, 9] }, 2 + 8 + 4 + 2 + 4],
    ['of many classes', { classes: [3, 70_000] }, 2 + 8 + 4 + 2 * 4 + 4],
    ['wrong', { correct: 0, trueRank: 7, trueProbability: 0.1 }, 2 + 8 + 8 + 4 + 1 + 2 * 2 + 4],
    ['of a high rank', { correct: 0, trueRank: 256, trueProbability: 0 }, 2 + 8 + 8 + 4 + 4 + 2 * 2 + 4],
    ['of an odd rank', { trueRank: -3, trueProbability: null }, 2 + 8 + 4 + 8 + 2 * 2 + 4],
    [
      'of a class that is not known',
      { correct: null, trueRank: null, trueProbability: null, trueLogit: null },
      2 + 8 + 2 * 2 + 4,
    ],
    ['of a logit in double precision', { trueLogit: 0.1 }, 2 + 8 + 8 + 2 * 2 + 4],
    ['of another probability', { probabilities: [0.5, 0.25] }, 2 + 8 + 4 + 2 * 2 + 2 * 4],
    ['of another likeliest class', { predicted: 2 ** 40 }, 2 + 8 + 4 + 8 + 2 * 2 + 4],
    [
      'of outputs that are not finite',
      {
        predicted: -1,
        correct: 0,
        confidence: 0,
        trueProbability: 0,
        count: 0,
        classes: [],
        probabilities: [],
      },
      2 + 8 + 4 + 8,
    ],
    [
      'not finite, of rank 9',
      {
        predicted: -1,
        trueRank: 9,
        confidence: 0,
        trueProbability: 0,
        count: 0,
        classes: [],
        probabilities: [],
      },
      2 + 8 + 8 + 4 + 1 + 8,
    ],
  ])('%s is read as it was written', (_, changes, length) => {
    const fact = { ...plain, ...changes }
    const record = recordOf(fact)
    expect(readRecord(record, 0)).toEqual(fact)
    expect(record).toHaveLength(length)
    expect(lengthOfRecord(record, 0)).toBe(length)
    expect(confidenceIn(record, 0)).toBe(fact.confidence)
    expect(markOfRecord(record, 0)).toBe(markOf(fact.correct, fact.trueRank, fact.count, fact.confidence))
  })

  it('of a row of answers has its likeliest classes, also where there are fewer than five', () => {
    const facts = answers(five, five.slice(0, 1), [])
    const read = [0, 1, 2].map((row) => toPrediction(readRecord(recordOf(storedOfRow(facts, row)), 0)).top)
    const wanted = five.map(([classIndex, probability]) => ({ classIndex, probability }))
    expect(read).toEqual([wanted, wanted.slice(0, 1), []])
    facts.flagged[0] = 1
    expect(storedOfRow(facts, 0).count).toBe(0)
  })

  it('keeps of likeliest classes what a model can have', () => {
    const top = [...five, [5, 0.1], [-1, 0], [0.5, 0], [2 ** 32, 0], [Number.NaN, 0]].map(
      ([classIndex = 0, probability = 0]) => ({ classIndex, probability }),
    )
    const prediction = { ...toPrediction(plain), top }
    expect(toPrediction(readRecord(recordOf(toStored(prediction)), 0))).toEqual({
      ...prediction,
      top: top.slice(0, 5),
    })
  })
})

describe('a pack', () => {
  const records = [9, 4, 255, 0].map((slot) => ({
    slot,
    bytes: recordOf({ ...plain, confidence: slot / 256, trueProbability: 0.5 }),
  }))
  const additions = (chosen: typeof records) => {
    const ends = chosen.map(({ bytes }, at) =>
      chosen.slice(0, at).reduce((sum, one) => sum + one.bytes.length, bytes.length),
    )
    return {
      bytes: Buffer.concat(chosen.map(({ bytes }) => bytes)),
      slots: chosen.map(({ slot }) => slot),
      starts: chosen.map(({ bytes }, at) => (ends[at] ?? 0) - bytes.length),
      ends,
    }
  }
  const inPack = (bytes: Buffer) => {
    const pack = readPack(bytes)
    if (!pack) throw new Error('no pack')
    return [...pack.lengths.entries()].flatMap(([slot, length]) => {
      const start = pack.starts[slot] ?? 0
      return length > 0 ? [{ slot, bytes: pack.bytes.subarray(start, start + length) }] : []
    })
  }

  it('has the records that were added, in any order and in any parts, and keeps those it has', () => {
    const whole = records.toSorted((a, b) => a.slot - b.slot)
    for (const cut of [0, 1, 2, 3, 4]) {
      let pack: Buffer | null = null
      for (const part of [records.slice(0, cut), records.slice(cut), records]) {
        const taken: number[] = []
        const before: ReturnType<typeof readPack> = pack ? readPack(pack) : null
        const added = addToPack(before, additions(part), (place) => taken.push(place))
        if (part === records) expect([added, taken]).toEqual([null, []])
        else if (part.length > 0) expect(taken).toHaveLength(part.length)
        pack = added?.bytes ?? pack
      }
      expect(inPack(pack ?? Buffer.alloc(0))).toEqual(whole)
    }
  })

  it('loses the records that are removed', () => {
    const all = addToPack(null, additions(records), () => undefined)
    const pack = readPack(all?.bytes ?? Buffer.alloc(0))
    if (!pack) throw new Error('no pack')
    const left = removeFromPack(pack, (slot) => slot === 4 || slot === 0)
    expect(left?.facts).toBe(2)
    expect(inPack(left?.bytes ?? Buffer.alloc(0)).map(({ slot }) => slot)).toEqual([9, 255])
    expect(removeFromPack(pack, () => true)).toBeNull()
  })

  it('is refused where its lengths are not those of its records', () => {
    const { bytes = Buffer.alloc(0) } = addToPack(null, additions(records), () => undefined) ?? {}
    expect(readPack(bytes)?.facts).toBe(4)
    for (const wrong of [
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.alloc(1)]),
      Buffer.from([5, 4]),
      Buffer.from([3, 3, 1, 3]),
      Buffer.alloc(0),
      Buffer.alloc(2 ** 20),
    ])
      expect(readPack(wrong)).toBeNull()
    for (let at = 2; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0xff
      const pack = readPack(changed)
      // Whatever the bytes are, a pack that is taken is read to its end.
      if (pack)
        for (const [slot, length] of pack.lengths.entries())
          if (length > 0) expect(() => readRecord(changed, pack.starts[slot] ?? 0)).not.toThrow()
    }
  })
})

describe('likeliest classes of earlier schemas', () => {
  const u32 = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)]
  const f32 = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)]
  const wanted = {
    classes: five.map(([index]) => index),
    probabilities: five.map(([, probability]) => probability),
  }

  it('are read in both forms', () => {
    const long = Buffer.from([...five.map(([index]) => u32(index)), ...five.map(([, p]) => f32(p))].flat())
    expect(likeliestOfBefore(long, 0.9)).toEqual(wanted)
    const [, ...rest] = five.map(([, p]) => f32(p))
    const classes = five.flatMap(([index]) => u32(index).slice(0, 2))
    const short = Buffer.from([5 | (2 << 3) | 64, ...classes, ...rest.flat()])
    expect(likeliestOfBefore(short, 0.5)).toEqual(wanted)
    expect(likeliestOfBefore(Buffer.alloc(0), 0.5)).toEqual({ classes: [], probabilities: [] })
  })

  it('are refused where they are cut off', () => {
    expect(likeliestOfBefore(Buffer.from([1, 2, 3]), 0.5)).toBeNull()
    expect(likeliestOfBefore(Buffer.from([5 | (3 << 3), ...Array(20).fill(0)]), 0.5)).toBeNull()
  })
})
