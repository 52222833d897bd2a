import {
  add,
  batchNorm,
  conv,
  squeezeAndExcite,
  type NamedTensors,
  type Net,
  type Value,
} from '../build/index.ts'
import type { Hints, Question } from './family.ts'

type Activation = (net: Net, path: string, x: Value) => Value

/** How the layers of a network of inverted residual blocks are computed. */
export interface Layers {
  /** Added to the variance by batch norms. */
  epsilon: number
  /** TensorFlow's padding: as little as is needed, more of it below and on the right. */
  same: boolean
  activation: Activation
  /** Of squeeze and excitation: after the first layer, and what makes the factors. */
  squeeze: readonly [Activation, Activation]
}

/** A convolution and a batch norm, by their paths. */
export function convNorm(
  net: Net,
  [path, norm]: readonly [string, string],
  x: Value,
  { epsilon, same }: Layers,
  stride = 1,
): Value {
  const [, , side = 1] = net.expression(`${path}.weight`).shape
  const pads = x.shape.slice(1).map((size) => {
    const needed = Math.max((Math.ceil(size / stride) - 1) * stride + side - size, 0)
    return [Math.floor(needed / 2), Math.ceil(needed / 2)]
  })
  const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = pads
  const window = same ? { stride, pad: [top, left, bottom, right] as const } : { stride }
  return batchNorm(net, norm, conv(net, path, x, window), epsilon)
}

/**
 * A block by timm's names (timm/models/_efficientnet_blocks.py): with `conv_pwl` a 1x1 convolution that widens, a depthwise one
 * and a 1x1 that narrows, otherwise the last two; between them squeeze and excitation where the checkpoint has it. What
 * keeps its shape is added to the input.
 */
export function invertedBlock(net: Net, path: string, x: Value, layers: Layers, stride: number): Value {
  const pair = (convolution: string, norm: number) => [`${path}.${convolution}`, `${path}.bn${norm}`] as const
  const active = (norm: number, from: Value) => layers.activation(net, `${path}.bn${norm}.act`, from)
  const expands = net.has(`${path}.conv_pwl.weight`)
  const place = expands ? 2 : 1
  const wide = expands ? active(1, convNorm(net, pair('conv_pw', 1), x, layers)) : x
  const deep = active(place, convNorm(net, pair('conv_dw', place), wide, layers, stride))
  const squeezed = net.has(`${path}.se.conv_reduce.weight`)
    ? squeezeAndExcite(net, `${path}.se`, deep, ['conv_reduce', 'conv_expand'], layers.squeeze)
    : deep
  const made = convNorm(net, pair(expands ? 'conv_pwl' : 'conv_pw', place + 1), squeezed, layers)
  return made.shape.join() === x.shape.join() && stride === 1 ? add(net, path, made, x) : made
}

/** Blocks of each stage. */
export const depthsOf = (tensors: NamedTensors, stages: number): number[] =>
  Array.from({ length: stages }, (_, stage) =>
    tensors.count((index) => `blocks.${stage}.${index}.conv_dw.weight`),
  )

/** What tells networks of the same names apart, of every block of a stage. */
export interface Stage {
  /** Side of the depthwise kernels. */
  kernel: number
  squeezed: boolean
}

/** Whether the blocks have these kernels and squeezes, and widen by `factor` where it is given. */
export function hasStages(
  tensors: NamedTensors,
  depths: readonly number[],
  stages: readonly Stage[],
  factor?: number,
): boolean {
  return stages.every(({ kernel, squeezed }, stage) =>
    Array.from({ length: depths[stage] ?? 0 }, (_, index) => `blocks.${stage}.${index}`).every((path) => {
      const [wide, narrow = 0] = tensors.shape(`${path}.conv_pw.weight`) ?? []
      const expands = tensors.has(`${path}.conv_pwl.weight`)
      return (
        tensors.shape(`${path}.conv_dw.weight`)?.[3] === kernel &&
        tensors.has(`${path}.se.conv_reduce.weight`) === squeezed &&
        expands === stage > 0 &&
        (factor === undefined || !expands || wide === factor * narrow)
      )
    }),
  )
}

/**
 * Place of a part of a block in a list of its layers, as torchvision has them: layer and index within it.
 *
 * @param part such as conv_dw, bn2 or se.conv_reduce
 */
export function placeOf(part: string, expands: boolean, squeezed: boolean): [layer: number, index: number] {
  const layers = [
    ...(expands ? [['conv_pw', 'bn1']] : []),
    ['conv_dw', expands ? 'bn2' : 'bn1'],
    ...(squeezed ? [['se.conv_reduce', 'se.conv_expand']] : []),
    expands ? ['conv_pwl', 'bn3'] : ['conv_pw', 'bn2'],
  ]
  const layer = layers.findIndex((parts) => parts.includes(part))
  return [layer, layers[layer]?.indexOf(part) ?? -1]
}

/** Names of the tensors of a block: its stage, its index and its part. */
export const ownBlock = /^blocks\.(\d+)\.(\d+)\.((?:se\.)?\w+)\./

/** Asks whether weights come from TensorFlow, whose padding and epsilon shapes do not say; timm has both under the same names. */
export function originQuestion(hints: Hints, usual: Origin): Question {
  const named = `${hints.architecture ?? ''} ${hints.fileName ?? ''}`.includes('tf_')
  return {
    id: 'origin',
    title: 'Trained in',
    hint: named
      ? 'The name says it.'
      : 'Networks of both have the same tensors; this is the origin of most published weights of this size.',
    default: named ? 'tensorflow' : usual,
    choices: [
      { value: 'pytorch', title: 'PyTorch: even padding, epsilon 0.00001' },
      {
        value: 'tensorflow',
        title: "TensorFlow: its padding (same), epsilon 0.001; timm's names begin with tf_",
      },
    ],
    range: null,
  }
}

type Origin = 'pytorch' | 'tensorflow'
