import { availableParallelism } from 'node:os'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { currentVariant } from '../../facts/index.ts'

/** Seconds of one forward pass of a model, and whether that was measured here. */
export interface Speed {
  seconds: number
  measured: boolean
}

/** Multiply-accumulates a core does in a second where nothing was measured yet: a slow laptop's, to be on the safe side. */
const macsPerCore = 4e9
/** What a pass costs besides: decoding, copying, storing. */
const overhead = 0.002

/**
 * How quick each model is: as its own runs were; for the others, as models that ran are per multiply-accumulate, or
 * else by the number of cores.
 */
export function speeds(db: Db, models: readonly StoredModel[]): Map<number, Speed> {
  const own = new Map(models.map((model) => [model.id, currentVariant(db, model)?.secondsPerImage ?? null]))
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
