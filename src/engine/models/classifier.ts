import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import {
  findBatch,
  openSession,
  providersFor,
  type ClassifierGraph,
  type Feed,
  type ProviderChoice,
  type ProviderName,
  type Session,
} from '../inference/index.ts'
import type { Log } from '../base/log.ts'
import {
  classifierInterface,
  onGraphThread,
  pixelsInput,
  type BlockAdds,
  type KernelWindow,
  type VariantPlan,
} from '../onnx/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { StoredModel } from './store.ts'
import { internVariant, setVariantBatch, type Variant, variantKey } from '../facts/index.ts'

/** A model ready to classify pixels: uint8 [batch, height, width, 3] in, facts out. */
export interface Classifier {
  readonly model: StoredModel
  readonly variant: Variant
  /** Images per call; the last batch of a run is padded to it. */
  batch: number
  /** The graph takes batches of this size only. */
  readonly fixedBatch: boolean
  readonly height: number
  readonly width: number
  /** Which provider runs and why. */
  readonly provider: { name: ProviderName; reason: string }
  /** To write the graph and open it. */
  readonly secondsToOpen: number
  /** As `Session.run`; a session whose worker has died is opened anew first. */
  run: Session['run']
  outputs: Session['outputs']
  close(): Promise<void>
}

/** What is done to a graph that takes pixels. */
type Change =
  | { op: 'gate' | 'bypass'; blocks: readonly BlockAdds[] }
  | { op: 'maskKernel'; windows: readonly KernelWindow[] }

/** A rewrite of the graph that takes pixels; `name` is the file's and says which. */
export interface GraphPlan {
  name: string
  /** Pixels are float32 in [0,1], which may leave that range, instead of 8 bit. */
  floats?: boolean
  /** The model as it is when left out. */
  change?: Change
  /** Inputs the rewritten graph has besides the pixels, at values for a trial run. */
  trialFeeds?: Feed[]
}

export const unchangedGraph: GraphPlan = { name: 'pixels' }

export interface ClassifierSettings extends Pick<Settings, 'provider' | 'threads' | 'batch'> {}

/** Writes the graph that takes pixels, opens it with the first provider that works, and settles the batch size. */
export async function openClassifier(
  workspace: Workspace,
  model: StoredModel,
  settings: ClassifierSettings,
  log: Log,
  plan = unchangedGraph,
): Promise<Classifier> {
  const started = performance.now()
  const io = classifierInterface(model.inspection)
  const [height, width] = model.preprocessing.size
  const path = await writeGraph(workspace, model, plan.name, variantPlan(plan, model))
  const { session: first, provider } = await openWithFirst(settings, log, (name) =>
    openSession({
      ...classifierGraph(model, path),
      provider: name,
      threads: settings.threads,
      pixelType: plan.floats ? 'float32' : 'uint8',
    }),
  )
  const secondsToOpen = (performance.now() - started) / 1000
  const variant = internVariant(workspace.db, variantKey(model, provider.name))
  const batch = await settleBatch(workspace, first, variant, io.batch, settings.batch, plan)
  let session = first
  const alive = async () => {
    if (session.ended) session = await openSession(first.request)
    return session
  }
  return {
    model,
    variant,
    batch,
    fixedBatch: io.batch !== 'dynamic',
    height,
    width,
    provider,
    secondsToOpen,
    run: async (...call) => (await alive()).run(...call),
    outputs: async (...call) => (await alive()).outputs(...call),
    close: () => session.close(),
  }
}

function variantPlan({ floats, change }: GraphPlan, { preprocessing }: StoredModel): VariantPlan {
  const normalisation = preprocessing
  if (!change) return { op: floats ? 'floats' : 'pixels', normalisation }
  return { ...change, normalisation, ...(floats ? {} : { pixels: 'uint8' as const }) }
}

/**
 * Writes a rewritten graph beside the model's shared weights, in the graph thread; the name says which model and which
 * rewrite. Errors as `planned` of the onnx room.
 */
export const writeGraph = (
  workspace: Workspace,
  { path, digest }: StoredModel,
  name: string,
  plan: VariantPlan,
): Promise<string> =>
  onGraphThread({
    kind: 'variant',
    path,
    digest,
    directory: workspace.weights,
    name: `${digest.slice(0, 16)}-${name}`,
    plan,
  })

/** What a worker needs to know of a graph of the model that takes pixels. */
export function classifierGraph(model: StoredModel, path: string): ClassifierGraph {
  const { output, classes } = classifierInterface(model.inspection)
  const [height, width] = model.preprocessing.size
  return {
    path,
    input: pixelsInput,
    output,
    height,
    width,
    classes,
    probabilities: model.inspection.layers.at(-1)?.op === 'Softmax',
  }
}

/** Opens with the first provider that works; says in the log which did not. */
export async function openWithFirst<T>(
  settings: ClassifierSettings,
  log: Log,
  open: (name: ProviderName) => Promise<T>,
): Promise<{ session: T; provider: ProviderChoice }> {
  const choices = providersFor(settings.provider)
  for (const [index, provider] of choices.entries()) {
    try {
      return { session: await open(provider.name), provider }
    } catch (error) {
      if (index === choices.length - 1) throw error
      const problem = error instanceof KernelscopeError ? error.toShape() : undefined
      log.write('warning', `${provider.name} did not start, trying ${choices[index + 1]?.name}`, problem)
    }
  }
  throw new KernelscopeError('PROVIDER_UNAVAILABLE', 'no provider to try')
}

/** The graph's own batch size, else the one asked for, else the one found before, else a trial. */
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
