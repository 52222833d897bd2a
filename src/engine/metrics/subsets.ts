import { allFinite, softmax } from '#shared/maths/logits.ts'

/** A prediction among some of the classes. */
export interface RestrictedPrediction {
  /** Class index in the model's own order; -1 where a logit is not finite. */
  predicted: number
  /** Largest probability of a softmax over the chosen logits alone. */
  confidence: number
}

/**
 * Rule 200 of the authors of ImageNet-A and -R: the winner among the chosen classes, and its probability in a softmax
 * over these alone. Rule 1000 is `argmax` over all logits.
 *
 * @param logits [classes]
 * @param indices chosen classes, ascending; ties go to the lowest
 */
export function predictAmong(logits: ArrayLike<number>, indices: readonly number[]): RestrictedPrediction {
  const chosen = Float64Array.from(indices, (index) => logits[index] ?? Number.NaN)
  if (chosen.length === 0 || !allFinite(chosen)) return { predicted: -1, confidence: 0 }
  let best = 0
  for (let k = 1; k < chosen.length; k++) if ((chosen[k] ?? 0) > (chosen[best] ?? 0)) best = k
  return { predicted: indices[best] ?? -1, confidence: softmax(chosen)[best] ?? 0 }
}

export interface Accuracy {
  n: number
  correct: number
  /** All images equal; null without images, never 0. */
  micro: number | null
  /** Mean of the accuracies of the classes that have images. */
  macro: number | null
}

/** Accuracy of predicted against true classes, image by image. */
export function accuracy(targets: ArrayLike<number>, predicted: ArrayLike<number>): Accuracy {
  const classes = new Map<number, { n: number; correct: number }>()
  let correct = 0
  for (let i = 0; i < targets.length; i++) {
    const target = targets[i] ?? -1
    const right = predicted[i] === target ? 1 : 0
    const counts = classes.get(target) ?? { n: 0, correct: 0 }
    classes.set(target, { n: counts.n + 1, correct: counts.correct + right })
    correct += right
  }
  const n = targets.length
  if (n === 0) return { n, correct, micro: null, macro: null }
  const shares = [...classes.values()].map((counts) => counts.correct / counts.n)
  return {
    n,
    correct,
    micro: correct / n,
    macro: shares.reduce((sum, share) => sum + share, 0) / shares.length,
  }
}
