import { generator } from '#shared/random.ts'

/** A batch of facts with values as softmax gives them: digits in all bytes. */
export function batchOf(rows: number) {
  const random = generator('batch')
  const confidence = Float64Array.from({ length: rows }, () => 0.3 + 0.7 * random.uniform())
  return {
    rows,
    predicted: new Int32Array(rows).fill(3),
    correct: new Int8Array(rows).fill(1),
    trueRank: new Int32Array(rows).fill(1),
    confidence,
    trueProbability: confidence,
    trueLogit: Float64Array.from({ length: rows }, () => Math.fround(12 * random.uniform())),
    flagged: new Uint8Array(rows),
    topClasses: Int32Array.from({ length: rows * 5 }, (_, place) => (place * 7) % 1000),
    topProbabilities: Float32Array.from({ length: rows * 5 }, (_, place) =>
      place % 5 === 0 ? (confidence[place / 5] ?? 0) : random.uniform() / 10,
    ),
  }
}
