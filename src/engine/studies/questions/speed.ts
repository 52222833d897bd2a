import { availableParallelism } from 'node:os'
import { modelFor } from '../../datasets/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { currentVariant } from '../../facts/index.ts'

/** Seconds per forward pass of a model, and whether they were measured here. */
export interface Speed {
  seconds: number
  measured: boolean
}

/**
 * Multiply-accumulates per second and core where nothing was measured yet: those of a slow laptop, to be
 * safe.
 */
const macsPerCore = 4e9
/** Seconds that a pass costs besides: decoding, copying, storing. */
const overhead = 0.002

/**
 * Estimates the speed of each model on the images of a dataset: from its own runs; else per multiply-accumulate from models that ran;
 * else from the number of cores.
 */
export function speeds(db: Db, datasetId: number, models: readonly StoredModel[]): Map<number, Speed> {
  const speedOf = (model: StoredModel) => currentVariant(db, modelFor(db, datasetId, model))?.secondsPerImage
  const own = new Map(models.map((model) => [model.id, speedOf(model) ?? null]))
  const perMac = models.flatMap((model) => {
    const seconds = own.get(model.id)
    return seconds && model.macs ? [seconds / model.macs] : []
  })
  const assumed = 1 / (macsPerCore * Math.max(1, availableParallelism()))
  const rate = perMac.length > 0 ? Math.max(...perMac) : assumed
  return new Map(
    models.map((model): [number, Speed] => {
      const seconds = own.get(model.id)
      const guessed = { seconds: (model.macs ?? 1e9) * rate + overhead, measured: false }
      return [model.id, seconds ? { seconds: seconds + overhead, measured: true } : guessed]
    }),
  )
}
