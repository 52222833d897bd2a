import { missing, correct } from './columns.ts'
import { match, type FilterContext } from './match.ts'
import type { FactOf, ImageFilter } from '#shared/contract/index.ts'

/** Counts of each pair of true class and predicted output, over the images of a filter that have a class. */
export interface ConfusionCounts {
  n: number
  correct: number
  /** One entry per pair that occurs, sorted by class, then output. */
  truth: Uint32Array
  predicted: Int32Array
  count: Uint32Array
  /** Number of correct predictions by class (a class may have several outputs). */
  right: Map<number, number>
}

/** Counts the confusions of a model under a condition over the images of a filter. */
export function confusionCounts(
  filter: ImageFilter,
  shownFact: FactOf,
  context: FilterContext,
): ConfusionCounts {
  const { fails } = match(filter, context)
  const { classIndex, n } = context.images
  const { state, predicted } = context.facts(shownFact)
  const counts = new Map<number, number>()
  const right = new Map<number, number>()
  const width = 1 << 20
  let [total, hits] = [0, 0]
  for (let at = 0; at < n; at++) {
    const truth = classIndex[at] ?? -1
    const output = predicted[at] ?? -1
    if (fails[at] !== 0 || truth < 0 || output < 0 || state[at] === missing) continue
    total++
    if (state[at] === correct) {
      hits++
      right.set(truth, (right.get(truth) ?? 0) + 1)
    }
    const key = truth * width + output
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const keys = Float64Array.from(counts.keys()).sort()
  return {
    n: total,
    correct: hits,
    truth: Uint32Array.from(keys, (key) => Math.floor(key / width)),
    predicted: Int32Array.from(keys, (key) => key % width),
    count: Uint32Array.from(keys, (key) => counts.get(key) ?? 0),
    right,
  }
}
