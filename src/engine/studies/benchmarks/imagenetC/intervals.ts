import type { Interval } from '#shared/contract/index.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { corruptionSummary, type BitPlanes, type CorruptionBaseline } from '../../../metrics/index.ts'
import { countedIntervals } from '../../summary/intervals.ts'
import { cleanKey, keyOf, severities } from './conditions.ts'
import { samePictures, type PictureErrors } from '../shared/pictures.ts'
import { resampledShares } from '../shared/resampled.ts'

/** 95 % intervals of all scores of a model; null where a score has no value. */
export interface CorruptionIntervals {
  mce: Interval | null
  relativeMce: Interval | null
  meanAccuracyAt5: Interval | null
  benchmarkError: Interval | null
  /** Interval of the mean error over all cells that exist, equally weighted. */
  chosen: Interval | null
  byCorruption: ReadonlyMap<
    string,
    { ce: Interval | null; relativeCe: Interval | null; error: Interval | null }
  >
}

/**
 * Computes percentile bootstrap intervals over pictures. A resampled picture brings all its corrupted
 * versions. If the baseline is a model with predictions on the same pictures, its pictures are resampled
 * together with the model's, so that the interval is that of the ratio. Published errors are constants.
 *
 * @param baseline errors that count as 100
 * @param drawnAlong the baseline model's errors picture by picture; null for published errors
 */
export async function corruptionIntervals(
  own: PictureErrors,
  baseline: CorruptionBaseline,
  drawnAlong: PictureErrors | null,
): Promise<CorruptionIntervals> {
  const along = drawnAlong && samePictures(own, drawnAlong) ? drawnAlong : null
  const sharesOf = resampledShares(own)
  const sharesAlong = along && resampledShares(along)
  const metrics = (counts: BitPlanes) => {
    const errors = errorsOf(sharesOf(counts))
    const base = sharesAlong ? errorsOf(sharesAlong(counts)) : baseline
    const { mce, relativeMce, meanAccuracyAt5, benchmarkError, scores } = corruptionSummary(
      errors.errors,
      errors.clean,
      base,
    )
    return [
      mce,
      relativeMce,
      meanAccuracyAt5,
      benchmarkError,
      meanOfKnown(Object.values(errors.errors).flat()),
      ...scores.flatMap(({ corruption, ce, relativeCe }) => [
        ce,
        relativeCe,
        meanOfKnown(errors.errors[corruption] ?? []),
      ]),
    ]
  }
  const found = await countedIntervals(own.pictures, metrics)
  const [mce, relativeMce, meanAccuracyAt5, benchmarkError, chosen, ...rest] = found
  return {
    mce: mce ?? null,
    relativeMce: relativeMce ?? null,
    meanAccuracyAt5: meanAccuracyAt5 ?? null,
    benchmarkError: benchmarkError ?? null,
    chosen: chosen ?? null,
    byCorruption: new Map(
      imagenetC19.map((name, place) => [
        name,
        {
          ce: rest[3 * place] ?? null,
          relativeCe: rest[3 * place + 1] ?? null,
          error: rest[3 * place + 2] ?? null,
        },
      ]),
    ),
  }
}

/** Mean of the values that are not null; null without any. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Errors on the resampled pictures, in the form the metrics take. */
function errorsOf(shares: ReadonlyMap<string, number>): CorruptionBaseline & { clean: number | null } {
  const share = (key: string) => shares.get(key) ?? null
  return {
    clean: share(cleanKey),
    errors: Object.fromEntries(
      imagenetC19.map((name) => [name, severities.map((severity) => share(keyOf(name, severity)))]),
    ),
  }
}
