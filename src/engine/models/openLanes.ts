import {
  isComputingProblem,
  type ProviderChoice,
  type ProviderName,
  type Splittable,
  type SplitTrial,
} from '../inference/index.ts'
import { findVariant, timedVariant, variantKey, type KeyedModel } from '../facts/index.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../workspace/index.ts'
import { openWithFirst, type ClassifierSettings } from './opening.ts'
import { settleSplit, splittable, tooFewToTry, worthySplit, type SplitKey } from './sessionSplits.ts'

/** Sessions of a graph that compute at once, each a call of its own. */
export interface OpenLanes<S> {
  sessions: readonly [S, ...S[]]
  /** Threads of each of them; 0: ONNX Runtime chooses. */
  threads: number
  provider: ProviderChoice
}

/** A graph that is computed by several sessions at once where that is faster, and what is about to be computed with it. */
export interface LaneGraph<S extends Splittable> extends Omit<SplitTrial<S>, 'open'> {
  /** The name that times are kept under, with the variant of the model. */
  name: string
  /** Images that are to be computed; 0: one session serves. */
  images: number
  /** What an image costs, in forward passes of the model; null where that is not known. */
  forwards: number | null
  open(provider: ProviderName, threads: number): Promise<S>
}

/**
 * Opens a graph with the first provider that works, in as many sessions as are known to be fastest, or as a trial finds where the
 * run is long enough for one; in one session where a trial runs out of memory. What the graph gives is the same to the bit whatever is chosen.
 *
 * @throws the errors of `openWithFirst` and of the graph's own functions
 */
export async function openLanes<S extends Splittable>(
  { db, settings, log }: { db: Db; settings: ClassifierSettings; log: Log },
  model: KeyedModel,
  { name, images, forwards, open, ...trial }: LaneGraph<S>,
): Promise<OpenLanes<S>> {
  const started = performance.now()
  const rss = process.memoryUsage.rss()
  const { batch } = trial
  const run = { images, batch, first: trial.compared?.images ?? batch }
  const keyOf = (provider: ProviderName): SplitKey | null => {
    const threads = images > 0 ? splittable(provider, settings.threads) : null
    if (threads === null) return null
    const variant = variantKey(model, provider)
    const variantId = findVariant(db, variant) ?? (tooFewToTry(run) ? null : timedVariant(db, variant).id)
    return variantId === null ? null : { variantId, plan: name, threads }
  }
  const knownOf = (key: SplitKey | null) => key && worthySplit(db, key, run)
  const { session: first, provider } = await openWithFirst(settings, log, (chosen) =>
    open(chosen, knownOf(keyOf(chosen))?.threads ?? settings.threads),
  )
  try {
    const key = keyOf(provider.name)
    const forward = key && timedVariant(db, variantKey(model, provider.name)).secondsPerImage
    const opened = {
      ...{ first, rss, images },
      trial: { ...trial, open: (threads: number) => open(provider.name, threads) },
      secondsToOpen: (performance.now() - started) / 1000,
      secondsPerImage: forward === null || forwards === null ? null : forward * forwards,
    }
    const { sessions, split } = await settleSplit(db, log, key, opened, knownOf(key))
    return { sessions, threads: split?.threads ?? settings.threads, provider }
  } catch (error) {
    await first.close()
    if (!isComputingProblem(error)) throw error
    // What fails in a full call is found out by smaller ones.
    log.write('info', `${model.digest.slice(0, 16)}, ${name}: one session, ${error.message}`)
    return { sessions: [await open(provider.name, settings.threads)], threads: settings.threads, provider }
  }
}
