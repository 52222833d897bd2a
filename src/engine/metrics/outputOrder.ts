/** How often a true class was predicted as an output. */
export interface AnswerCount {
  truth: string | number
  predicted: number
  n: number
}

/** Fewest images, and fewest for each class, from which anything is said. */
const fewestImages = 30
const fewestPerClass = 5
/** Least share of images that must be right in another order, and least gain. */
const leastRight = 0.5
const leastGain = 0.3

/**
 * Whether a model would be right for most images, and for many more than by its labels, if its outputs stood for the classes in
 * another order, as where labels were sorted differently (1, 2, …, 10 and 1, 10, 2, …). Outputs are given to classes greedily, by the
 * largest count first, each once.
 *
 * @param counts of all true classes that the model was measured on
 * @param correct number of images that are right by the labels
 * @returns the share of images in [0, 1] that would be right; null where there is no such sign
 */
export function betterOrder(counts: readonly AnswerCount[], correct: number): number | null {
  const total = counts.reduce((sum, { n }) => sum + n, 0)
  const classes = new Set(counts.map(({ truth }) => truth)).size
  if (classes < 2 || total < Math.max(fewestImages, fewestPerClass * classes)) return null
  const [classesTaken, outputsTaken] = [new Set<string | number>(), new Set<number>()]
  let right = 0
  for (const { truth, predicted, n } of counts.toSorted((a, b) => b.n - a.n)) {
    if (predicted < 0 || classesTaken.has(truth) || outputsTaken.has(predicted)) continue
    classesTaken.add(truth)
    outputsTaken.add(predicted)
    right += n
  }
  const share = right / total
  return share >= leastRight && share - correct / total >= leastGain ? share : null
}
