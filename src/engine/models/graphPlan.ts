import { givesProbabilities } from '#shared/outputScale.ts'
import type { ClassifierGraph, Feed } from '../inference/index.ts'
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
import { fileOfModel } from './intendedFile.ts'
import type { StoredModel } from './store.ts'

/** A change of a graph that takes pixels. With `segments` it is cut behind each block. */
type GraphChange =
  | { op: 'segments'; blocks: readonly BlockAdds[] }
  | { op: 'gate'; blocks: readonly BlockAdds[]; cut?: readonly number[]; projections?: boolean }
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

/** Writes the graph of a plan, in one file or in segments. */
export async function writeFiles(
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
    probabilities: givesProbabilities(model.inspection),
  }
}
