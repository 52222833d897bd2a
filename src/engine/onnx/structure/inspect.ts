import type { Inspection, TensorInfo } from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { opsetOf, type Dim, type Graph, type OnnxModel, type Value } from '../graph.ts'
import { possibleRewrites } from '../possible.ts'
import { workingModel } from '../rewrite/workingForm.ts'
import { sizedShapes, type SizedShapes } from '../shape/sizes.ts'
import { describeBlocks, noBlocksReason, residualBlocks } from './blocks.ts'
import { guessFamily } from './family.ts'
import { Flow } from './flow.ts'
import { convolutionsOf, layersOf, parametersOf } from './layers.ts'
import { outputScaleOf } from './outputScale.ts'
import { precisionOf } from './precision.ts'
import { unsteadyReason } from './unsteady.ts'

/**
 * Describes a model from its graph alone: family, size, blocks, convolutions, layers. Shapes are for one image. An open
 * image size counts as 224 and is null in the result. Blocks and layers are those of its working form (`workingModel`). No weights are read. It takes up to half a second, because rewrites
 * are tried; `onGraphThread` runs it in another thread.
 */
export function inspect(model: OnnxModel): Inspection {
  const { precision, scaledByCall } = precisionOf(model.graph)
  const unsteady = unsteadyReason(model.graph)
  const { graph, refused } = formOf(model)
  const sized = sizedShapes(graph)
  const flow = new Flow(graph, sized.shapes)
  const { family, reason } = guessFamily(flow)
  const blocks = residualBlocks(flow)
  const blocksReason = noBlocksReason(blocks, family)
  const layers = layersOf(flow, sized)
  const sizeOpen = graph.inputs.some(
    ({ shape }) => shape?.slice(1).some((dim) => typeof dim !== 'number') ?? true,
  )
  return {
    ...(model.checkpoint ? { checkpoint: model.checkpoint } : {}),
    precision,
    ...(scaledByCall ? { scaledByCall } : {}),
    outputScale: outputScaleOf(flow),
    ...(unsteady === undefined ? {} : { unsteady }),
    family,
    familyReason: reason,
    opset: opsetOf(graph),
    irVersion: graph.irVersion,
    producer: model.producer,
    parameters: parametersOf(graph.nodes, flow),
    macs: sizeOpen
      ? null
      : totalMacs(
          layers.map(({ macs }) => macs),
          graph.inputs[0],
        ),
    inputs: model.graph.inputs.map((value) => describe(value, sized)),
    outputs: model.graph.outputs.map((value) => describe(value, sized)),
    blocks: describeBlocks(blocks, flow),
    ...(blocksReason === undefined ? {} : { blocksReason }),
    convolutions: convolutionsOf(flow),
    layers,
    rewrites: possibleRewrites(graph, refused),
    bytes: model.bytes,
    ...preprocessingEntries(model.metadata),
  }
}

/** The graph that changed graphs are made of; why there is none where the file's own is shown instead. */
function formOf(model: OnnxModel): { graph: Graph; refused?: string } {
  try {
    return { graph: workingModel(model).graph }
  } catch (error) {
    if (!(error instanceof KernelscopeError) || error.code !== 'MODEL_UNSUPPORTED') throw error
    return { graph: model.graph, refused: error.message }
  }
}

/** Names of metadata that exporters use for the preprocessing. */
const entries = ['preprocessing', 'pretrained_cfg', 'mean', 'std', 'interpolation', 'crop_pct', 'crop_mode']
/** Longest value that is kept, in characters. */
const longest = 10_000

/** The entries of the metadata that may say the preprocessing. */
function preprocessingEntries(metadata: OnnxModel['metadata']): Pick<Inspection, 'metadata'> {
  const found = entries.flatMap((name) => {
    const value = metadata.get(name)
    return value === undefined || value.length > longest ? [] : [[name, value] as const]
  })
  return found.length === 0 ? {} : { metadata: Object.fromEntries(found) }
}

/** Multiply-accumulates per image: the total is divided by a batch that the file fixes. */
function totalMacs(layers: readonly (number | null)[], input: Value | undefined): number | null {
  const batch = input?.shape?.[0]
  let sum = 0
  for (const macs of layers) {
    if (macs === null) return null
    sum += macs
  }
  return sum / (typeof batch === 'number' ? batch : 1)
}

/** The declared shape, with inferred sizes for dimensions that the file does not declare or only names. */
function describe({ name, type, shape }: Value, sized: SizedShapes): TensorInfo {
  const inferred = sized.describe(name)
  const sizeOf = (dim: Dim, axis: number): Dim => {
    const found = inferred?.[axis]
    if (typeof dim === 'number') return dim
    return typeof found === 'number' ? found : (dim ?? found ?? null)
  }
  const dims = shape?.map(sizeOf) ?? inferred ?? []
  return { name, type, shape: dims }
}
