import type { Interval } from '#shared/contract/index.ts'
import { detection, resampledDetection, type Detection } from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { metricIntervals, rememberedResult } from '../../summary/intervals.ts'
import { cellOf, measured, outcomes } from '../../summary/outcomes.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/** How well one model detects out-of-distribution images. */
export interface Detected {
  /** null while images of either side are missing. */
  scores: Detection | null
  intervals: { aupr: Interval | null; auroc: Interval | null; fprAt95: Interval | null }
  outside: number
  inside: number
  /** Number of images whose outputs were not finite. */
  dropped: number
  partial: boolean
}

/** Measures how well low confidence separates out-of-distribution images from ordinary ones. */
export async function detect(db: Db, grid: Grid, model: GridModel): Promise<Detected> {
  const [outside, inside] = ['outside', 'inside'].map((key) => outcomes(db, model, key))
  const all = [...(outside ?? []), ...(inside ?? [])]
  const used = all.filter(({ finite }) => finite)
  const border = (outside ?? []).filter(({ finite }) => finite).length
  const scores = Float64Array.from(used, ({ confidence }) => -confidence)
  const positive = used.map((_, index) => index < border)
  const partial = ['outside', 'inside'].some((key) => {
    const cell = cellOf(grid, model.id, key)
    return cell === null || !grid.whole(cell)
  })
  const facts = ['outside', 'inside'].map((key) => {
    const found = measured(model, key)
    return `${found?.variantId} ${JSON.stringify(found?.stored.source)}`
  })
  return {
    scores: partial ? null : detection(scores, positive),
    intervals: partial
      ? { aupr: null, auroc: null, fprAt95: null }
      : await rememberedResult(`detection ${facts.join(' ')} ${used.length}`, () =>
          intervalsOf(scores, positive),
        ),
    outside: border,
    inside: used.length - border,
    dropped: all.length - used.length,
    partial,
  }
}

async function intervalsOf(
  scores: Float64Array,
  positive: readonly boolean[],
): Promise<Detected['intervals']> {
  const drawn = resampledDetection(scores, positive)
  const [aupr, auroc, fprAt95] = await metricIntervals(scores.length, (indices) => {
    const found = drawn(indices)
    return [found?.aupr ?? null, found?.auroc ?? null, found?.fprAt95 ?? null]
  })
  return { aupr: aupr ?? null, auroc: auroc ?? null, fprAt95: fprAt95 ?? null }
}
