import type { Convolution, DistanceDefinition, KernelForm, KernelLayer } from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { kernelDistances, uniformDistance } from '#shared/maths/kernelDistance.ts'
import { readWeightsOf } from '../file/weights.ts'
import type { OnnxModel } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { Flow } from './flow.ts'
import { convolutionsOf } from './layers.ts'
import { epsilonOf, parallelKernels, type Branch, type ParallelKernels } from './parallel.ts'

/** Kernels of one depthwise layer. */
export interface LayerKernels {
  channels: number
  kernel: number
  /** [channels, kernel, kernel], row-major. */
  weights: Float32Array
}

/** Depthwise convolutions with square kernels of 3x3 or larger, in the order of the graph. */
export function depthwiseLayers(model: OnnxModel): Convolution[] {
  const flow = new Flow(model.graph, inferShapes(model.graph, new Map()))
  return convolutionsOf(flow).filter(
    ({ depthwise, kernel: [height, width] }) => depthwise && height >= 3 && height === width,
  )
}

/**
 * Reads the kernels of the depthwise layer of an index: raw from the file, or merged with those of a parallel small branch.
 *
 * @throws MODEL_UNSUPPORTED where there is no such layer
 */
export async function readKernels(
  model: OnnxModel,
  layerIndex: number,
  form: KernelForm = 'raw',
): Promise<LayerKernels> {
  const layer = depthwiseLayers(model)[layerIndex]
  if (!layer)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `${model.path}: there is no depthwise layer ${layerIndex}`,
    )
  return kernelsOf(model, layer, form === 'merged' ? parallelIn(model).get(layer.node) : undefined)
}

const parallelIn = (model: OnnxModel) =>
  parallelKernels(new Flow(model.graph, inferShapes(model.graph, new Map())))

async function kernelsOf(
  model: OnnxModel,
  { node, weight, channels, kernel }: Convolution,
  parallel: ParallelKernels | undefined,
): Promise<LayerKernels> {
  const weights = parallel
    ? await mergedKernels(model, parallel)
    : (await readWeightsOf(model.graph, readBy(model, node) ?? weight, model.path)).values
  return { channels, kernel: kernel[0], weights }
}

/** The name by which a convolution reads its kernels, which may be dequantised before. */
const readBy = ({ graph }: OnnxModel, convolution: string) =>
  graph.nodes.find(({ name }) => name === convolution)?.inputs[1]

/**
 * Merges the kernels of two branches like RepLKNet: each is scaled by its batch norm, gamma/sqrt(var + eps), and the small
 * ones are added to the centre of the large ones.
 */
async function mergedKernels(model: OnnxModel, { large, small }: ParallelKernels): Promise<Float32Array> {
  const result = (await scaledKernels(model, large)).slice()
  const added = await scaledKernels(model, small)
  const [size, inner] = [large.kernel, small.kernel]
  const margin = (size - inner) / 2
  for (let channel = 0; channel < result.length / size ** 2; channel++)
    for (let row = 0; row < inner; row++)
      for (let column = 0; column < inner; column++) {
        const at = (channel * size + row + margin) * size + column + margin
        result[at] = (result[at] ?? 0) + (added[(channel * inner + row) * inner + column] ?? 0)
      }
  return result
}

async function scaledKernels({ graph, path }: OnnxModel, { conv, norm, kernel }: Branch) {
  const { values } = await readWeightsOf(graph, conv.inputs[1] ?? '', path)
  if (!norm) return values
  const [, gamma = '', , , variance = ''] = norm.inputs
  const scale = (await readWeightsOf(graph, gamma, path)).values
  const spread = (await readWeightsOf(graph, variance, path)).values
  return values.map((value, at) => {
    const channel = Math.floor(at / kernel ** 2)
    return (value * (scale[channel] ?? 1)) / Math.sqrt((spread[channel] ?? 1) + epsilonOf(norm))
  })
}

/**
 * Computes the kernel attention distances, in pixels, of every depthwise layer. One layer is in memory at a time.
 * `uniform` is the distance of a kernel with equal weights, by the paper's formula. Channels that are all zero, or not
 * finite, are skipped. With merged kernels, the small parallel kernels are added to the large ones and are not layers;
 * indices stay those of the raw form.
 */
export async function kernelLayers(
  model: OnnxModel,
  definition: DistanceDefinition,
  form: KernelForm = 'raw',
): Promise<KernelLayer[]> {
  const parallel = parallelIn(model)
  const small = new Set([...parallel.values()].map((both) => both.small.conv.name))
  const layers: KernelLayer[] = []
  for (const [index, layer] of depthwiseLayers(model).entries()) {
    if (form === 'merged' && small.has(layer.node)) continue
    const beside = parallel.get(layer.node)
    const { channels, kernel, weights } = await kernelsOf(
      model,
      layer,
      form === 'merged' ? beside : undefined,
    )
    const { min, max } = extent(weights)
    layers.push({
      index,
      node: layer.node,
      weight: layer.weight,
      kernel,
      channels,
      stride: layer.stride[0],
      beside: beside ? { node: beside.small.conv.name, kernel: beside.small.kernel } : null,
      ...kernelDistances(weights, kernel, definition),
      uniform: uniformDistance(kernel),
      min,
      max,
    })
  }
  return layers
}

function extent(values: Float32Array): { min: number; max: number } {
  let min = Infinity
  let max = -Infinity
  for (const value of values)
    if (Number.isFinite(value)) {
      min = Math.min(min, value)
      max = Math.max(max, value)
    }
  return min > max ? { min: 0, max: 0 } : { min, max }
}
