import {
  closeAll,
  findBatch,
  openSession,
  type OpenRequest,
  type ProviderName,
  type Session,
  trialPixels,
} from '../inference/index.ts'
import type { Log } from '../base/log.ts'
import { classifierInterface } from '../onnx/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { classifierGraph, unchangedGraph, writeFiles, type GraphPlan } from './graphPlan.ts'
import { lanesOf, type Lane } from './lanes.ts'
import { namingModel, openWithFirst, type ClassifierSettings } from './opening.ts'
import { knownSplit, settleSplit, splittable, type SplitKey } from './sessionSplits.ts'
import type { StoredModel } from './store.ts'
import { findVariant, internVariant, setVariantBatch, type Variant, variantKey } from '../facts/index.ts'

/** An open model that takes pixels, uint8 [batch, height, width, 3] or floats of the same shape, and gives facts. */
export interface Classifier {
  readonly model: StoredModel
  readonly variant: Variant
  /** Images per call. The last batch is padded to this size. */
  batch: number
  /** Whether the graph only takes batches of this size. */
  readonly fixedBatch: boolean
  readonly height: number
  readonly width: number
  /** The execution provider that runs the graph, and why it was chosen. */
  readonly provider: { name: ProviderName; reason: string }
  /** Time to write the graph and open it. */
  readonly secondsToOpen: number
  /** Sessions that compute at once. What is told to one of them comes in order. */
  readonly lanes: readonly [Lane, ...Lane[]]
  /** Threads of each of them; 0: ONNX Runtime chooses. */
  readonly threads: number
  /** Those of the first lane. */
  run: Lane['run']
  outputs: Lane['outputs']
  close(): Promise<void>
}

/**
 * Writes the graph that takes pixels, opens it with the first provider that works, and chooses the batch size and how
 * threads are split into sessions.
 *
 * @param images passes that are to be made with it; 0: one session serves
 * @throws PROVIDER_UNAVAILABLE where the provider of the settings is not available
 * @throws OUT_OF_MEMORY where not even one image fits into memory
 * @throws the errors of `writeGraph` and `openSession`
 */
export async function openClassifier(
  workspace: Workspace,
  model: StoredModel,
  settings: ClassifierSettings,
  log: Log,
  plan = unchangedGraph,
  images = 0,
): Promise<Classifier> {
  const started = performance.now()
  const rss = process.memoryUsage.rss()
  const io = classifierInterface(model.inspection)
  const [height, width] = model.preprocessing.size
  const files = await writeFiles(workspace, model, plan)
  const keyOf = (provider: ProviderName, variantId: number | null): SplitKey | null => {
    const threads = images > 0 ? splittable(provider, settings.threads) : null
    return threads === null || variantId === null ? null : { variantId, plan: plan.name, threads }
  }
  const request = (provider: ProviderName, threads: number): OpenRequest => ({
    ...classifierGraph(model, files.path),
    ...(files.segments ? { segments: files.segments } : {}),
    provider,
    threads,
    pixelType: plan.floats ? 'float32' : 'uint8',
  })
  const { session: first, provider } = await openWithFirst(settings, log, (name) => {
    const key = keyOf(name, findVariant(workspace.db, variantKey(model, name)))
    const threads = (key && knownSplit(workspace.db, key)?.threads) ?? settings.threads
    return namingModel(model.path, openSession(request(name, threads)))
  })
  const secondsToOpen = (performance.now() - started) / 1000
  try {
    const variant = internVariant(workspace.db, variantKey(model, provider.name))
    const batch = await settleBatch(workspace, first, variant, io.batch, settings.batch, plan)
    let pixels: SharedArrayBuffer | undefined
    const { sessions, split } = await settleSplit(workspace.db, log, keyOf(provider.name, variant.id), {
      first,
      rss,
      images,
      secondsToOpen,
      secondsPerImage: variant.secondsPerImage,
      trial: {
        batch,
        open: (threads) => openSession(request(provider.name, threads)),
        async outputs(session, rows) {
          pixels ??= trialPixels(first.request, batch)
          return (await session.outputs({ pixels, first: 0, batch }, rows, plan.trialFeeds)).outputs
        },
      },
    })
    const lanes = lanesOf(sessions)
    return {
      model,
      variant,
      batch,
      fixedBatch: io.batch !== 'dynamic',
      height,
      width,
      provider,
      secondsToOpen,
      lanes,
      threads: split?.threads ?? settings.threads,
      run: lanes[0].run,
      outputs: lanes[0].outputs,
      close: () => closeAll(lanes),
    }
  } catch (error) {
    await first.close()
    throw error
  }
}

/** The batch size that the graph fixes, else that of the settings, else the stored one, else that of a trial. */
async function settleBatch(
  workspace: Workspace,
  session: Session,
  variant: Variant,
  fixed: number | 'dynamic',
  asked: number,
  plan: GraphPlan,
): Promise<number> {
  if (fixed !== 'dynamic') return fixed
  if (asked > 0) return asked
  if (variant.batch !== null) return variant.batch
  const trial = await findBatch(session, plan.trialFeeds)
  setVariantBatch(workspace.db, variant.id, trial.batch, 1 / trial.imagesPerSecond)
  return trial.batch
}
