import { imagenetC15, imagenetC19 } from '#shared/transforms/index.ts'
import { alexnetCleanError, alexnetErrors } from './alexnet.ts'

/** Top-1 errors in [0,1] by corruption: one for each of the severities 1 to 5, null where it was not measured. */
export type CorruptionErrors = Readonly<Record<string, readonly (number | null)[]>>

/** Errors of the model that scores 100: by corruption, and on clean images. */
export interface CorruptionBaseline {
  errors: CorruptionErrors
  clean: number | null
}

export const alexnet: CorruptionBaseline = { errors: alexnetErrors, clean: alexnetCleanError }

interface CorruptionScore {
  corruption: string
  /** Mean error over the five severities, in [0,1]. */
  meanError: number | null
  /** 100 times the sum of the errors, divided by the baseline's sum. */
  ce: number | null
  /** The same ratio of the errors minus the clean errors; may be negative. */
  relativeCe: number | null
}

export interface CorruptionSummary {
  scores: CorruptionScore[]
  /** Mean CE over the 15 corruptions: 0 is perfect, 100 is the baseline; null while one is missing. */
  mce: number | null
  relativeMce: number | null
  /** Mean accuracy at severity 5 over all 19 corruptions, in [0,1] (paper, Fig. 2b, Tables 5 and 6). */
  meanAccuracyAt5: number | null
  /** Mean error over the 15 and all severities: the mCE of CIFAR-10-C and CIFAR-100-C (Hendrycks et al. 2020, AugMix). */
  benchmarkError: number | null
  /** Mean error over all 19, which the benchmark's script prints as unnormalised mCE. */
  meanError: number | null
}

/**
 * ImageNet-C scores (Hendrycks and Dietterich 2019). CE is a ratio of sums, not a mean of ratios. A score that needs a
 * missing error is null: no mean is taken over the rest.
 *
 * @param clean the model's error on clean images, in [0,1], for the relative scores
 */
export function corruptionSummary(
  errors: CorruptionErrors,
  clean: number | null,
  baseline: CorruptionBaseline = alexnet,
): CorruptionSummary {
  // The paper's mean accuracy includes the four extra corruptions; the mCE never does.
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

/** Mean of the values; null where one is missing. */
function mean(values: readonly (number | null)[]): number | null {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return values.length === 0 ? null : sum / values.length
}
