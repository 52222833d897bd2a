import { describe, expect, it } from 'vitest'
import { packTop, secondProbability, toPrediction, unpackTop } from '#engine/facts/prediction.ts'
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
    const read = [0, 1, 2].map((row) => unpackTop(packTop(facts, row)))
    const wanted = five.map(([classIndex, probability]) => ({ classIndex, probability }))
    expect(read).toEqual([wanted, wanted.slice(0, 1), []])
    expect([0, 1, 2].map((row) => secondProbability(packTop(facts, row)))).toEqual([0.25, -1, -1])
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
