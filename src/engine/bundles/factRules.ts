import type { Readout } from '#shared/readouts.ts'
import { topCount } from '#shared/readouts.ts'
import type { Prediction } from '../facts/index.ts'

/** What a prediction must fit to. */
export interface FactFrame {
  /** Number of the model's outputs. */
  outputs: number
  readout: Readout
  /** Index of the true class among the outputs, or of its group; -1 where the model does not know it. */
  target: number
}

/** A rule that a prediction breaks: what it has, and what the rule wants. */
export interface BrokenRule {
  column: string
  stored: string | number | boolean | null
  wanted: string
}

/** Sums of rounded probabilities may exceed 1 by this much. */
const rounding = 1e-5

/**
 * Checks a prediction against itself and against what it is a prediction of, as `factsUnder` makes predictions. Returns
 * the first rule that it breaks; null where it breaks none.
 */
export function brokenRule(prediction: Prediction, frame: FactFrame): BrokenRule | null {
  const { predicted, confidence, trueProbability, trueLogit, top } = prediction
  const broken = (column: string, stored: BrokenRule['stored'], wanted: string) => ({
    column,
    stored,
    wanted,
  })
  const { count, among } = answersOf(frame)
  for (const [column, value] of [
    ['confidence', confidence],
    ['true_probability', trueProbability],
  ] as const)
    if (value !== null && !(value >= 0 && value <= 1 + rounding))
      return broken(column, value, 'a probability from 0 to 1')
  if (trueLogit !== null && Number.isNaN(trueLogit)) return broken('true_logit', trueLogit, 'a number')
  if (top.length === 0) {
    if (predicted !== -1) return broken('predicted', predicted, '-1, as no output was finite')
    if (confidence !== 0) return broken('confidence', confidence, '0, as no output was finite')
  } else {
    const [best] = top
    if (!among(predicted)) return broken('predicted', predicted, `one of the ${count} answers`)
    if (top.length !== Math.min(topCount, count))
      return broken('top', top.length, `the ${Math.min(topCount, count)} likeliest classes`)
    if (best?.classIndex !== predicted)
      return broken('top', best?.classIndex ?? null, `first the predicted class ${predicted}`)
    if (best.probability !== Math.fround(confidence))
      return broken('top', best.probability, `first the confidence ${confidence}`)
    const fault = faultOfTop(top, among)
    if (fault !== null) return broken('top', top.map(({ classIndex }) => classIndex).join(';'), fault)
  }
  return brokenTruth(prediction, frame)
}

type Top = Prediction['top']

/** Says what is wrong with the likeliest classes; null where nothing is. */
function faultOfTop(top: Top, among: (index: number) => boolean): string | null {
  if (!top.every(({ classIndex }) => among(classIndex))) return 'classes that the model has'
  if (new Set(top.map(({ classIndex }) => classIndex)).size < top.length) return 'each class once'
  if (top.some(({ probability }) => !(probability >= 0 && probability <= 1)))
    return 'probabilities from 0 to 1'
  if (top.some(({ probability }, at) => probability > (top[at - 1]?.probability ?? 1)))
    return 'probabilities in descending order'
  if (top.reduce((sum, { probability }) => sum + probability, 0) > 1 + rounding)
    return 'probabilities that sum to 1 at most'
  return null
}

/** Checks what a prediction says of the true class. */
function brokenTruth(prediction: Prediction, frame: FactFrame): BrokenRule | null {
  const { predicted, correct, trueRank, trueProbability, trueLogit, top } = prediction
  const { readout, target, outputs } = frame
  const broken = (column: string, stored: BrokenRule['stored'], wanted: string) => ({
    column,
    stored,
    wanted,
  })
  const { count } = answersOf(frame)
  const unknown = target < 0
  if (unknown && correct !== null) return broken('correct', correct, 'nothing, as the class is not known')
  if (!unknown && correct === null) return broken('correct', correct, '0 or 1, as the class is known')
  if (trueRank === null) {
    if (trueProbability !== null || trueLogit !== null)
      return broken('true_rank', trueRank, 'a rank, as there is a probability of the true class')
    if (correct === true) return broken('true_rank', trueRank, 'a rank, as the answer is right')
    if (!unknown && readout.op === 'all' && top.length > 0)
      return broken('true_rank', trueRank, `a rank from 1 to ${outputs}`)
    return null
  }
  if (unknown) return broken('true_rank', trueRank, 'nothing, as the class is not known')
  if (!Number.isInteger(trueRank) || trueRank < 1 || trueRank > Math.max(count, outputs))
    return broken('true_rank', trueRank, `a rank from 1 to ${count}`)
  const right = rightAnswer(predicted, frame)
  if (right !== null && correct !== right)
    return broken('correct', correct, `${right}, by the class ${predicted}`)
  if (readout.op === 'groups' || top.length === 0) return null
  if (correct !== (trueRank === 1))
    return broken('correct', correct, `${trueRank === 1}, by the rank ${trueRank}`)
  const listed = top.findIndex(({ classIndex }) => classIndex === target)
  if (trueRank <= top.length ? listed !== trueRank - 1 : listed >= 0)
    return broken('true_rank', trueRank, 'the place of the true class among the likeliest')
  const probability = top[listed]?.probability
  if (probability !== undefined && probability !== Math.fround(trueProbability ?? Number.NaN))
    return broken('true_probability', trueProbability, `${probability}, as among the likeliest classes`)
  if (listed < 0 && Math.fround(trueProbability ?? 0) > (top.at(-1)?.probability ?? 1))
    return broken('true_probability', trueProbability, 'less than that of the likeliest classes')
  return null
}

/** Whether an answer is right; null where that cannot be said. */
function rightAnswer(predicted: number, { readout, target }: FactFrame): boolean | null {
  if (readout.op !== 'groups') return predicted === target
  return readout.groups[target]?.indices.includes(predicted) ?? null
}

/** How many answers there are, and which outputs can be one. */
function answersOf({ readout, outputs }: FactFrame): { count: number; among(index: number): boolean } {
  const inside = (index: number) => Number.isInteger(index) && index >= 0 && index < outputs
  if (readout.op === 'subset') {
    const indices = new Set(readout.indices.filter(inside))
    return { count: indices.size, among: (index) => indices.has(index) }
  }
  if (readout.op === 'groups' && readout.pool) {
    const groups = readout.groups.filter(({ indices }) => indices.some(inside))
    const all = new Set(groups.flatMap(({ indices }) => indices))
    return { count: groups.length, among: (index) => all.has(index) && inside(index) }
  }
  return { count: outputs, among: inside }
}
