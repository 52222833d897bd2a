import type { StoredFact } from '#engine/workspace/index.ts'

/** A prediction with two likeliest classes, the first with its confidence. The true class has rank `rank`. */
export const plantedFact = (
  predicted: number,
  rank: number,
  confidence: number,
  second: number,
): StoredFact => ({
  predicted,
  correct: Number(rank === 1),
  trueRank: rank,
  confidence,
  trueProbability: rank === 1 ? confidence : 0.01,
  trueLogit: null,
  count: 2,
  from: 0,
  classes: [predicted, 0],
  probabilities: [Math.fround(confidence), Math.fround(second)],
})
