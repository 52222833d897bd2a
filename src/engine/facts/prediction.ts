import type { Facts } from '../inference/index.ts'
import { topCount } from '#shared/readouts.ts'
import type { StoredFact } from '../workspace/index.ts'

/** A class, by its index among the outputs, with its probability in [0, 1]. */
export interface TopClass {
  classIndex: number
  probability: number
}

/** The prediction of a model for an image under a condition. */
export interface Prediction {
  predicted: number
  /** null where it is neither right nor wrong, as for an image of unknown class. */
  correct: boolean | null
  /**
   * Rank of the true class, from 1. null where the model does not have it; so are `trueProbability` and `trueLogit`.
   */
  trueRank: number | null
  /** The largest probability, in [0, 1]; 0 where the outputs were not finite. */
  confidence: number
  trueProbability: number | null
  trueLogit: number | null
  /** The likeliest classes, best first; empty where the outputs were not finite. */
  top: TopClass[]
}

/** Converts a stored 1, 0 or null. */
export const isCorrect = (stored: number | null): boolean | null => (stored === null ? null : stored === 1)

/** Whether the outputs of a stored prediction were finite. */
export const isFinitePrediction = ({ count }: StoredFact): boolean => count > 0

/** Converts what is stored into a prediction. */
export const toPrediction = (fact: StoredFact): Prediction => ({
  predicted: fact.predicted,
  correct: isCorrect(fact.correct),
  trueRank: fact.trueRank,
  confidence: fact.confidence,
  trueProbability: fact.trueProbability,
  trueLogit: fact.trueLogit,
  top: Array.from({ length: fact.count }, (_, place) => ({
    classIndex: fact.classes[fact.from + place] ?? 0,
    probability: fact.probabilities[fact.from + place] ?? 0,
  })),
})

/** Converts a prediction into what is stored of it. Likeliest classes that no model has, and those beyond five, are left out. */
export function toStored({ top, correct, ...rest }: Prediction): StoredFact {
  const kept = top
    .filter(({ classIndex }) => Number.isInteger(classIndex) && classIndex >= 0 && classIndex < 2 ** 32)
    .slice(0, topCount)
  return {
    ...rest,
    correct: correct === null ? null : Number(correct),
    count: kept.length,
    from: 0,
    classes: kept.map(({ classIndex }) => classIndex),
    probabilities: kept.map(({ probability }) => probability),
  }
}

/** What is stored of row `row` of `facts`. */
export function storedOfRow(facts: Facts, row: number): StoredFact {
  const from = row * topCount
  const rank = facts.trueRank[row] ?? 0
  const correct = facts.correct[row] ?? -1
  let count = 0
  if (!facts.flagged[row]) while (count < topCount && (facts.topClasses[from + count] ?? -1) >= 0) count++
  return {
    predicted: facts.predicted[row] ?? -1,
    correct: correct < 0 ? null : correct,
    trueRank: rank > 0 ? rank : null,
    confidence: facts.confidence[row] ?? 0,
    trueProbability: rank > 0 ? (facts.trueProbability[row] ?? null) : null,
    trueLogit: rank > 0 ? (facts.trueLogit[row] ?? null) : null,
    count,
    from,
    classes: facts.topClasses,
    probabilities: facts.topProbabilities,
  }
}
