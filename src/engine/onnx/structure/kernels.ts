import type { Convolution, DistanceDefinition, KernelLayer } from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { kernelDistances, uniformDistance } from '#shared/maths/kernelDistance.ts'
import { readWeightsOf } from '../file/weights.ts'
import type { OnnxModel } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { Flow } from './flow.ts'
import { convolutionsOf } from './layers.ts'

/** Kernels of one depthwise layer. */
export interface Kernels {
  channels: number
  kernel: number
  /** [channels, kernel, kernel], row-major. */
  weights: Float32Array
}

/** Depthwise convolutions with square kernels of at least 3x3, in the order of the graph. */
export function depthwiseLayers(model: OnnxModel): Convolution[] {
  const flow = new Flow(model.graph, inferShapes(model.graph, new Map()))
  return convolutionsOf(flow).filter(
    ({ depthwise, kernel: [height, width] }) => depthwise && height >= 3 && height === width,
  )
}

/** Reads the kernels of the n-th depthwise layer. Throws MODEL_UNSUPPORTED where there is no such layer. */
export async function readKernels(model: OnnxModel, layerIndex: number): Promise<Kernels> {
  const layer = depthwiseLayers(model)[layerIndex]
  if (!layer)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `${model.path}: there is no depthwise layer ${layerIndex}`,
    )
  return kernelsOf(model, layer)
}

async function kernelsOf(model: OnnxModel, { weight, channels, kernel }: Convolution): Promise<Kernels> {
  const { values } = await readWeightsOf(model.graph, weight, model.path)
  return { channels, kernel: kernel[0], weights: values }
}

/**
 * Kernel attention distances of every depthwise layer, one layer in memory at a time. `uniform` is the distance of a
 * kernel of equal weights by the paper's formula. Channels that are all zero (or not finite) are skipped.
 */
export async function kernelLayers(model: OnnxModel, definition: DistanceDefinition): Promise<KernelLayer[]> {
  const layers: KernelLayer[] = []
  for (const [index, layer] of depthwiseLayers(model).entries()) {
    const { channels, kernel, weights } = await kernelsOf(model, layer)
    const { min, max } = extent(weights)
    layers.push({
      index,
      node: layer.node,
      weight: layer.weight,
      kernel,
      channels,
      stride: layer.stride[0],
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
