import type { Inspection, TensorInfo } from '#shared/contract/models.ts'
import { opsetOf, type OnnxModel, type Value } from '../graph.ts'
import { possibleRewrites } from '../possible.ts'
import { sizedShapes, type SizedShapes } from '../shape/sizes.ts'
import { describeBlocks, noBlocksReason, residualBlocks } from './blocks.ts'
import { guessFamily } from './family.ts'
import { Flow } from './flow.ts'
import { convolutionsOf, layersOf, parametersOf } from './layers.ts'

/**
 * What can be said of a model from its graph alone: family, size, blocks, convolutions, layers. Shapes are for one
 * image; an open image size is taken as 224 and shown as null. Reads no weights. Takes up to half a second, since rewrites
 * are tried: `onGraphThread` does it elsewhere.
 */
export function inspect(model: OnnxModel): Inspection {
  const { graph } = model
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
    inputs: graph.inputs.map((value) => describe(value, sized)),
    outputs: graph.outputs.map((value) => describe(value, sized)),
    blocks: describeBlocks(blocks, flow),
    ...(blocksReason === undefined ? {} : { blocksReason }),
    convolutions: convolutionsOf(flow),
    layers,
    rewrites: possibleRewrites(graph),
    bytes: model.bytes,
  }
}

/** Per image: a batch that the file fixes is divided out. */
function totalMacs(layers: readonly (number | null)[], input: Value | undefined): number | null {
  const batch = input?.shape?.[0]
  let sum = 0
  for (const macs of layers) {
    if (macs === null) return null
    sum += macs
  }
  return sum / (typeof batch === 'number' ? batch : 1)
}

/** Declared shape where there is one, inferred where the file leaves a dimension out. */
function describe({ name, type, shape }: Value, sized: SizedShapes): TensorInfo {
  const inferred = sized.describe(name)
  const dims = shape?.map((dim, axis) => (dim === null ? (inferred?.[axis] ?? null) : dim)) ?? inferred ?? []
  return { name, type, shape: dims }
}
