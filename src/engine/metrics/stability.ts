import { imagenetP10 } from '#shared/transforms/index.ts'

/** The reference frame of a frame: the one before it, or the first of the sequence. */
export type FrameRule = 'previous' | 'first'

/** Frames of a perturbation with "noise" in its name are compared with the first frame, all others with the one before. */
export const frameRule = (perturbation: string): FrameRule =>
  perturbation.includes('noise') ? 'first' : 'previous'

/**
 * Share of frames, in [0,1], whose predicted class differs from that of their reference frame. The mean is taken inside
 * each sequence first, then over sequences. Sequences of one frame are left out.
 *
 * @param sequences predicted class of every frame, in order
 * @returns null where no sequence is left
 */
export function flipProbability(sequences: readonly (readonly number[])[], rule: FrameRule): number | null {
  return sequenceMean(sequences, rule, (reference, frame) => (reference === frame ? 0 : 1))
}

/**
 * Mean top-5 distance of frames to their reference frames (uT5D), in 0 to 15.
 *
 * @param sequences for every frame its classes in descending order of logit: the first five or more, or all of fewer
 * @returns null where no sequence has two frames
 */
export function top5Mean(
  sequences: readonly (readonly (readonly number[])[])[],
  rule: FrameRule,
): number | null {
  return sequenceMean(sequences, rule, top5Distance)
}

/**
 * `sum over i = 1..5 of |min(i,6) - min(sigma(i),6)|`, where sigma(i) is the rank in `frame` of the class with rank i in
 * `reference`. Ranks beyond the fifth count as the sixth, so the first five classes of both are enough. Not symmetric.
 */
export function top5Distance(reference: readonly number[], frame: readonly number[]): number {
  let distance = 0
  for (let i = 0; i < Math.min(5, reference.length); i++) {
    const place = frame.indexOf(reference[i] ?? -1)
    distance += Math.abs(i - (place < 0 || place > 5 ? 5 : place))
  }
  return distance
}

/**
 * Rate of each of the ten perturbations (100 times the model's measure divided by the baseline's) and their mean. The mean
 * is the mFR for flip probabilities and the mT5D for top-5 distances. `alexnetFlips` holds the flips of AlexNet. No source
 * is known for its top-5 distances, so that baseline must be measured or given.
 *
 * @returns a rate is null where either measure is missing or the baseline's is 0; the mean is null where a rate is
 */
export function meanRate(
  measured: Readonly<Record<string, number | null>>,
  baseline: Readonly<Record<string, number>>,
): { rates: Record<string, number | null>; mean: number | null } {
  const rates: Record<string, number | null> = {}
  let sum: number | null = 0
  for (const name of imagenetP10) {
    const own = measured[name]
    const base = baseline[name]
    const rate = typeof own === 'number' && typeof base === 'number' && base > 0 ? (100 * own) / base : null
    rates[name] = rate
    sum = sum === null || rate === null ? null : sum + rate
  }
  return { rates, mean: sum === null ? null : sum / imagenetP10.length }
}

function sequenceMean<T>(
  sequences: readonly (readonly T[])[],
  rule: FrameRule,
  distance: (reference: T, frame: T) => number,
): number | null {
  let total = 0
  let count = 0
  for (const frames of sequences) {
    if (frames.length < 2) continue
    let sum = 0
    for (const [at, frame] of frames.entries()) {
      const reference = at === 0 ? undefined : rule === 'first' ? frames[0] : frames[at - 1]
      if (reference !== undefined) sum += distance(reference, frame)
    }
    total += sum / (frames.length - 1)
    count++
  }
  return count === 0 ? null : total / count
}
