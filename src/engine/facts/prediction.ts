import type { Facts } from '../inference/index.ts'
import { damagedFacts, marks, rowDigest } from '../workspace/index.ts'
import type { FactsOf } from './join.ts'
import { packClasses, packTop, unpackTop, type TopClass } from './top.ts'

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

/** What is stored of a prediction besides its key: the columns of `prediction`. */
export interface PredictionRow {
  predicted: number
  correct: number | null
  true_rank: number | null
  confidence: number
  /** null also where it is the confidence: of the true class at rank 1. */
  true_probability: number | null
  true_logit: number | null
  top: Buffer
}

type Read = { [Column in keyof PredictionRow]: (facts: Facts, row: number) => PredictionRow[Column] }

const ofKnown = (values: Float64Array | Int32Array, { trueRank }: Facts, row: number) =>
  (trueRank[row] ?? 0) > 0 ? (values[row] ?? null) : null

/** What is stored of the probability of the true class: null where it is the likeliest one, with the confidence itself. */
const ownProbability = (rank: number | null, probability: number | null, confidence: number) =>
  rank === 1 && probability === confidence ? null : probability

/** Every column with what it holds of a row of facts. Does not compile while a column of `PredictionRow` is missing. */
const stored: Read = {
  predicted: ({ predicted }, row) => predicted[row] ?? -1,
  correct: ({ correct }, row) => ((correct[row] ?? -1) < 0 ? null : (correct[row] ?? null)),
  true_rank: (facts, row) => ofKnown(facts.trueRank, facts, row),
  confidence: ({ confidence }, row) => confidence[row] ?? 0,
  true_probability(facts, row) {
    const rank = stored.true_rank(facts, row)
    return ownProbability(rank, ofKnown(facts.trueProbability, facts, row), facts.confidence[row] ?? 0)
  },
  true_logit: (facts, row) => ofKnown(facts.trueLogit, facts, row),
  top: packTop,
}
/** Names of the columns, in the order of `storedValues`. */
export const storedColumns = Object.keys(stored)
const readers = Object.values(stored)

/** What is stored of row `row` of `facts`, in the order of `storedColumns`. */
export const storedValues = (facts: Facts, row: number) => readers.map((read) => read(facts, row))

/** The mark of row `row` of `facts`, as SQL makes it of what is stored. */
export const markOfRow = (facts: Facts, row: number): number =>
  marks.markOf(
    stored.correct(facts, row),
    stored.true_rank(facts, row),
    facts.flagged[row] ? 0 : 1,
    stored.confidence(facts, row),
  )

/** Columns of `prediction p`. */
export const predictionColumns = storedColumns.map((column) => `p.${column}`).join(', ')

/** Columns of `prediction p` with the digest of the row. */
export const checkedColumns = `${predictionColumns}, p.digest_of_row`

/** What `checkedColumns` reads. */
export interface CheckedRow extends PredictionRow {
  digest_of_row: number
}

/**
 * Converts a row into a prediction.
 *
 * @throws WORKSPACE_CORRUPT where the row is not what was stored under its key
 */
export function checkedPrediction(
  { variantId, conditionId }: FactsOf,
  exampleId: number,
  row: CheckedRow,
): Prediction {
  const { predicted, correct, true_rank, confidence, true_probability, true_logit, top } = row
  const values = [predicted, correct, true_rank, confidence, true_probability, true_logit, top]
  if (rowDigest([variantId, conditionId, exampleId, ...values]) !== row.digest_of_row)
    throw damagedFacts(`a prediction of example ${exampleId} is`)
  return toPrediction(row)
}

/** Converts a stored 1, 0 or null. */
export const isCorrect = (stored: number | null): boolean | null => (stored === null ? null : stored === 1)

/** SQL condition for predictions `p` whose outputs were finite. */
export const finiteSql = 'length(p.top) > 0'

/** Converts a row into a prediction. */
export const toPrediction = (row: PredictionRow): Prediction => ({
  predicted: row.predicted,
  correct: isCorrect(row.correct),
  trueRank: row.true_rank,
  confidence: row.confidence,
  trueProbability: row.true_probability ?? (row.true_rank === 1 ? row.confidence : null),
  trueLogit: row.true_logit,
  top: unpackTop(row.top, row.confidence),
})

/** Converts a prediction into a row, as `toPrediction` reads it. */
export const toRow = ({ top, correct, ...rest }: Prediction): PredictionRow => ({
  predicted: rest.predicted,
  correct: correct === null ? null : Number(correct),
  true_rank: rest.trueRank,
  confidence: rest.confidence,
  true_probability: ownProbability(rest.trueRank, rest.trueProbability, rest.confidence),
  true_logit: rest.trueLogit,
  top: packClasses(top, rest.confidence),
})
