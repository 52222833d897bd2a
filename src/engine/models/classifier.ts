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
  type SegmentFiles,
  type VariantPlan,
} from '../onnx/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { StoredModel } from './store.ts'
import { internVariant, setVariantBatch, type Variant, variantKey } from '../facts/index.ts'
import { fileOfModel } from './intendedFile.ts'

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
  /** `Session.run`; opens a new session first where the worker has ended. */
  run: Session['run']
  outputs: Session['outputs']
  close(): Promise<void>
}

/** A change of a graph that takes pixels. With `segments` it is cut behind each block. */
type GraphChange =
  | { op: 'segments'; blocks: readonly BlockAdds[] }
  | { op: 'gate'; blocks: readonly BlockAdds[]; cut?: readonly number[] }
  | { op: 'maskKernel'; windows: readonly KernelWindow[] }

/** A rewrite of a graph that takes pixels. The name of its file contains `name`. */
export interface GraphPlan {
  name: string
  /** The pixels are float32 instead of 8 bit. Their range is [0,1], but a transform may leave it. */
  floats?: boolean
  /** Without it the model is unchanged. */
  change?: GraphChange
  /** Inputs of the rewritten graph other than the pixels, with values for a trial run. */
  trialFeeds?: Feed[]
}

/** The plan of the unchanged model on 8-bit pixels. */
export const unchangedGraph: GraphPlan = { name: 'pixels' }

export interface ClassifierSettings extends Pick<Settings, 'provider' | 'threads' | 'batch'> {}

/**
 * Writes the graph that takes pixels, opens it with the first provider that works, and chooses the batch size.
 *
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
): Promise<Classifier> {
  const started = performance.now()
  const io = classifierInterface(model.inspection)
  const [height, width] = model.preprocessing.size
  const files = await writeFiles(workspace, model, plan)
  const { session: first, provider } = await openWithFirst(settings, log, (name) =>
    namingModel(
      model.path,
      openSession({
        ...classifierGraph(model, files.path),
        ...(files.segments ? { segments: files.segments } : {}),
        provider: name,
        threads: settings.threads,
        pixelType: plan.floats ? 'float32' : 'uint8',
      }),
    ),
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

/** Writes the graph of a plan, in one file or in segments. */
async function writeFiles(
  workspace: Workspace,
  model: StoredModel,
  { name, floats, change }: GraphPlan,
): Promise<{ path: string; segments?: SegmentFiles[] }> {
  if (change?.op !== 'segments')
    return { path: await writeGraph(workspace, model, name, variantPlan({ floats, change }, model)) }
  const segments = await onGraphThread({
    kind: 'segments',
    ...fileOf(workspace, model, name),
    normalisation: model.preprocessing,
    blocks: change.blocks,
  })
  return { path: segments[0]?.kept ?? '', segments }
}

function variantPlan(
  {
    floats,
    change,
  }: { floats: boolean | undefined; change: Exclude<GraphChange, { op: 'segments' }> | undefined },
  { preprocessing }: StoredModel,
): VariantPlan {
  const normalisation = preprocessing
  if (!change) return { op: floats ? 'floats' : 'pixels', normalisation }
  return { ...change, normalisation, ...(floats ? {} : { pixels: 'uint8' as const }) }
}

/**
 * Writes a rewritten graph next to the model's shared weights, in the graph thread. Gives the path of the file, whose name
 * contains the model's digest and `name`.
 *
 * @throws the errors of the graph task `variant`
 */
export const writeGraph = (
  workspace: Workspace,
  model: StoredModel,
  name: string,
  plan: VariantPlan,
): Promise<string> => onGraphThread({ kind: 'variant', ...fileOf(workspace, model, name), plan })

/** Where a rewritten graph of a model is written. */
const fileOf = (workspace: Workspace, model: StoredModel, name: string) => ({
  ...fileOfModel(model),
  directory: workspace.weights,
  name: `${model.digest.slice(0, 16)}-${name}`,
})

/** Describes a graph of the model that takes pixels, for an inference worker. */
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

/** Names the model where ONNX Runtime cannot open its graph: it names only the file that was made of it. */
export async function namingModel<T>(path: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    if (!(error instanceof KernelscopeError) || error.code !== 'MODEL_LOAD_FAILED') throw error
    const { code, message, hint, details } = error.toShape()
    throw new KernelscopeError(code, `${path}: ${message}`, {
      hint,
      cause: error,
      ...(details ? { details } : {}),
    })
  }
}

/**
 * Calls `open` with each provider to try, until one works. Logs the providers that did not.
 *
 * @throws PROVIDER_UNAVAILABLE where the provider of the settings is not available
 * @throws the error of the last provider where none works; CANCELLED at once
 */
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
      const cancelled = error instanceof KernelscopeError && error.code === 'CANCELLED'
      if (cancelled || index === choices.length - 1) throw error
      const problem = error instanceof KernelscopeError ? error.toShape() : undefined
      log.write('warning', `${provider.name} did not start, trying ${choices[index + 1]?.name}`, problem)
    }
  }
  throw new KernelscopeError('PROVIDER_UNAVAILABLE', 'no provider to try')
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
