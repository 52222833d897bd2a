import { imagenetC15, imagenetC19 } from '#shared/transforms/index.ts'
import { alexnetCleanError, alexnetErrors } from './alexnet.ts'

/** Top-1 error in [0,1] by corruption, severities 1 to 5 in order; what was not measured is null. */
export type CorruptionErrors = Readonly<Record<string, readonly (number | null)[]>>

/** Errors that count as 100: a model's errors by corruption, and on clean images. */
export interface CorruptionBaseline {
  errors: CorruptionErrors
  clean: number | null
}

export const alexnet: CorruptionBaseline = { errors: alexnetErrors, clean: alexnetCleanError }

interface CorruptionScore {
  corruption: string
  /** Mean error over the five severities, in [0,1]. */
  meanError: number | null
  /** 100 times the errors' sum over the baseline's sum. */
  ce: number | null
  /** The same of what each adds to its clean error; may be negative. */
  relativeCe: number | null
}

export interface CorruptionSummary {
  scores: CorruptionScore[]
  /** Mean CE of the 15: 0 is perfect, 100 the baseline; null while one is missing. */
  mce: number | null
  relativeMce: number | null
  /** Mean accuracy at severity 5 over all 19 (paper, Fig. 2b, Tables 5 and 6). */
  meanAccuracyAt5: number | null
  /** Mean error over the 15 and all severities: the mCE of CIFAR-10-C and -100-C (Hendrycks et al. 2020, AugMix). */
  benchmarkError: number | null
  /** What the benchmark's script prints as unnormalised mCE: the mean error over all 19. */
  meanError: number | null
}

/**
 * ImageNet-C scores (Hendrycks and Dietterich 2019). CE is a ratio of sums, not a mean of ratios. With a severity or a
 * corruption missing the partial values are given, and no mean over what is left.
 *
 * @param clean the model's own error on clean images, for the relative scores
 */
export function corruptionSummary(
  errors: CorruptionErrors,
  clean: number | null,
  baseline: CorruptionBaseline = alexnet,
): CorruptionSummary {
  // Those held out are in the mean accuracy of the paper, never in the mCE.
  const scores = imagenetC19.map((corruption) => score(corruption, errors, clean, baseline))
  const benchmark = scores.slice(0, imagenetC15.length)
  return {
    scores,
    mce: mean(benchmark.map(({ ce }) => ce)),
    relativeMce: mean(benchmark.map(({ relativeCe }) => relativeCe)),
    meanAccuracyAt5: mean(imagenetC19.map((name) => accuracyAt5(errors[name]))),
    benchmarkError: mean(benchmark.map(({ meanError }) => meanError)),
    meanError: mean(scores.map(({ meanError }) => meanError)),
  }
}

function score(
  corruption: string,
  errors: CorruptionErrors,
  clean: number | null,
  baseline: CorruptionBaseline,
): CorruptionScore {
  const own = sumOfFive(errors[corruption])
  const base = sumOfFive(baseline.errors[corruption])
  const meanError = own === null ? null : own / 5
  if (own === null || base === null) return { corruption, meanError, ce: null, relativeCe: null }
  const ownRise = clean === null ? null : own - 5 * clean
  const baseRise = baseline.clean === null ? null : base - 5 * baseline.clean
  return {
    corruption,
    meanError,
    ce: base === 0 ? null : (100 * own) / base,
    relativeCe: ownRise === null || baseRise === null || baseRise === 0 ? null : (100 * ownRise) / baseRise,
  }
}

function accuracyAt5(errors: readonly (number | null)[] | undefined): number | null {
  const error = errors?.[4]
  return typeof error === 'number' ? 1 - error : null
}

function sumOfFive(errors: readonly (number | null)[] | undefined): number | null {
  if (errors?.length !== 5) return null
  let sum = 0
  for (const error of errors) {
    if (error === null) return null
    sum += error
  }
  return sum
}

/** Mean of all of them; null as soon as one is missing. */
function mean(values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return values.length === 0 ? null : sum / values.length
}
