import { describe, expect, it } from 'vitest'
import { storedValues, storedColumns, toPrediction, toRow } from '#engine/facts/prediction.ts'
import { packClasses, packTop, secondProbability, unpackTop } from '#engine/facts/top.ts'
import type { Facts } from '#engine/inference/index.ts'

/** Facts of two images with the given likeliest classes; the other places are empty. */
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

const u32 = (value: number) => [...new Uint8Array(Uint32Array.of(value).buffer)]
const f32 = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)]

const five: [number, number][] = [
  [999, 0.5],
  [0, 0.25],
  [7, 0.125],
  [3, 0.0625],
  [65_000, 0.03125],
]

describe('the likeliest classes', () => {
  it('are packed and read back for every row, also where there are fewer than five', () => {
    const facts = answers(five, five.slice(0, 1), [])
    const read = [0, 1, 2].map((row) => unpackTop(packTop(facts, row), 0))
    const wanted = five.map(([classIndex, probability]) => ({ classIndex, probability }))
    expect(read).toEqual([wanted, wanted.slice(0, 1), []])
    expect([0, 1, 2].map((row) => secondProbability(packTop(facts, row)))).toEqual([0.25, -1, -1])
  })

  it('are packed as small as their numbers allow, and read as they were with any number and size of classes', () => {
    for (const width of [1, 2, 4])
      for (let count = 1; count <= 5; count++)
        for (const confidence of [0.1, 0.7]) {
          const top = Array.from({ length: count }, (_, place) => ({
            classIndex: 2 ** (8 * width) - 1 - place,
            probability: Math.fround(0.7 / (place + 1)),
          }))
          const blob = packClasses(top, confidence)
          expect(unpackTop(blob, confidence)).toEqual(top)
          expect(secondProbability(blob)).toBe(top[1]?.probability ?? -1)
          const least = 1 + count * width + 4 * (confidence === 0.7 ? count - 1 : count)
          expect(blob).toHaveLength(least === 16 ? 17 : least)
        }
  })

  it('are read as they were stored before they were packed small', () => {
    const old = Buffer.from([...five.map(([index]) => u32(index)), ...five.map(([, p]) => f32(p))].flat())
    expect(unpackTop(old, 0.9)).toEqual(
      five.map(([classIndex, probability]) => ({ classIndex, probability })),
    )
    expect(secondProbability(old)).toBe(0.25)
  })

  it('are empty where the outputs were not finite', () => {
    const facts = answers(five)
    facts.flagged[0] = 1
    expect(packTop(facts, 0)).toHaveLength(0)
  })
})

it('reads from a stored row whether it is right, wrong or neither', () => {
  const row = {
    predicted: 4,
    true_rank: 2,
    confidence: 0.5,
    true_probability: 0.25,
    true_logit: -1.5,
    top: packTop(answers(five.slice(0, 1)), 0),
  }
  expect([1, 0, null].map((correct) => toPrediction({ ...row, correct }).correct)).toEqual([
    true,
    false,
    null,
  ])
  const nothing = { true_rank: null, true_probability: null, true_logit: null }
  expect(toPrediction({ ...row, ...nothing, correct: null })).toEqual({
    predicted: 4,
    correct: null,
    trueRank: null,
    confidence: 0.5,
    trueProbability: null,
    trueLogit: null,
    top: [{ classIndex: 999, probability: 0.5 }],
  })
})

it.each([
  [1, 0.625, null],
  [1, 0.5, 0.5],
  [2, 0.625, 0.625],
  [0, 0, null],
])('keeps the probability of the true class at rank %i of %f', (rank, own, kept) => {
  const facts = answers([[3, 0.625]])
  facts.trueRank[0] = rank
  facts.confidence[0] = 0.625
  facts.trueProbability[0] = own
  expect(storedValues(facts, 0)[storedColumns.indexOf('true_probability')]).toBe(kept)
  const row = {
    predicted: 0,
    correct: 0,
    true_rank: rank === 0 ? null : rank,
    confidence: 0.625,
    true_probability: kept,
    true_logit: rank === 0 ? null : 0,
    top: packTop(facts, 0),
  }
  expect(storedValues(facts, 0)).toEqual(Object.values(row))
  const prediction = toPrediction(row)
  expect(prediction.trueProbability).toBe(rank === 0 ? null : own)
  expect(toRow(prediction)).toEqual(row)
})
