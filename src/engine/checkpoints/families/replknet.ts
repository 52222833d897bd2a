import {
  add,
  batchNorm,
  batchNormAs,
  conv,
  convWith,
  gelu,
  globalPool,
  linear,
  padded,
  product,
  relu,
  residual,
  sum,
  type NamedTensors,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import type { Question } from './family.ts'
import { numberOf, sideQuestion } from './questions.ts'
import { preprocessingFor } from './preprocessing.ts'

interface RepLKNet {
  /** Pairs of a RepLK block and a ConvFFN, of each stage. */
  depths: readonly number[]
}

const lkb = (stage: number, index: number) => `stages.${stage}.blocks.${2 * index}`

/**
 * RepLKNet by the names of its authors (Ding et al. 2022; RepLKNet-pytorch, replknet.py): with its 5x5 branches, with them
 * merged into the large kernels (`structural_reparam`), or with all batch norms folded (`deep_fuse_BN`).
 */
export const repLKNet = defineFamily<RepLKNet>({
  id: 'RepLKNet',
  namings: [{ by: 'RepLKNet-pytorch', rules: [] }],

  read(tensors) {
    if (!tensors.has('stem.0.conv.weight')) return null
    const depths = [0, 1, 2, 3].map((stage) =>
      tensors.count((index) => `${lkb(stage, index)}.pw1.conv.weight`),
    )
    if (depths.some((depth) => depth === 0) || largeKernel(tensors, 0) === undefined) return null
    return {
      config: { depths },
      size: sizeOf(depths, tensors),
      classes: tensors.shape('head.weight')?.[0] ?? null,
    }
  },

  questions({ size }, tensors, hints) {
    const side = size === 'RepLKNet-31L' ? 384 : size === 'RepLKNet-XL' ? 320 : 224
    const branches = tensors.has(`${lkb(0, 0)}.large_kernel.small_conv.conv.weight`)
    return [sideQuestion(side, hints), ...(branches ? [smallKernels] : [])]
  },

  preprocessing({ size }, _tensors, answers) {
    const side = numberOf(answers, 'side')
    return {
      preprocessing: preprocessingFor(side, {
        crop: side >= 384 ? null : 0.875,
        interpolation: 'bicubic',
        statistics: size === 'RepLKNet-XL' ? 'half' : 'imagenet',
      }),
      source: 'RepLKNet-pytorch, datasets.py and the commands of its README',
    }
  },

  graph(net, { depths }, answers) {
    const fold = answers.smallKernels === 'fold'
    let x = net.input
    for (const [index, stride] of [2, 1, 1, 2].entries()) x = activated(net, `stem.${index}`, x, stride)
    for (const [stage, depth] of depths.entries()) {
      for (let index = 0; index < depth; index++) {
        x = mixing(net, lkb(stage, index), x, fold)
        x = convFFN(net, `stages.${stage}.blocks.${2 * index + 1}`, x)
      }
      if (stage === depths.length - 1) continue
      x = activated(net, `transitions.${stage}.0`, x)
      x = activated(net, `transitions.${stage}.1`, x, 2)
    }
    const features = globalPool(net, 'avgpool', net.has('norm.weight') ? batchNorm(net, 'norm', x) : x)
    return net.has('head.weight') ? linear(net, 'head', features) : features
  },
})

const smallKernels: Question = {
  id: 'smallKernels',
  title: 'Small kernels beside the large ones',
  hint: 'Kept, raw and merged kernels can both be looked at; folded into the large ones, the network is a little faster. Its answers are the same.',
  default: 'keep',
  choices: [
    { value: 'keep', title: 'Keep' },
    { value: 'fold', title: 'Fold into the large kernels' },
  ],
  range: null,
}

/** Convolution with its batch norm, unless that is folded into it already. */
function layer(net: Net, path: string, x: Value, stride = 1): Value {
  const made = conv(net, `${path}.conv`, x, { stride })
  return net.has(`${path}.bn.running_mean`) ? batchNorm(net, `${path}.bn`, made) : made
}

const activated = (net: Net, path: string, x: Value, stride = 1) =>
  relu(net, `${path}.nonlinear`, layer(net, path, x, stride))

/** x + pw2(relu(large kernel(pw1(norm(x))))). */
const mixing = (net: Net, path: string, x: Value, fold: boolean) =>
  residual(net, path, x, (from) => {
    const narrow = activated(net, `${path}.pw1`, batchNorm(net, `${path}.prelkb_bn`, from))
    const mixed = relu(net, `${path}.lk_nonlinear`, large(net, `${path}.large_kernel`, narrow, fold))
    return layer(net, `${path}.pw2`, mixed)
  })

/** x + pw2(gelu(pw1(norm(x)))). */
const convFFN = (net: Net, path: string, x: Value) =>
  residual(net, path, x, (from) => {
    const wide = layer(net, `${path}.pw1`, batchNorm(net, `${path}.preffn_bn`, from))
    return layer(net, `${path}.pw2`, gelu(net, `${path}.nonlinear`, wide))
  })

/** The depthwise KxK convolution, and the 5x5 one beside it where there is one. */
function large(net: Net, path: string, x: Value, fold: boolean): Value {
  if (net.has(`${path}.lkb_reparam.weight`)) return conv(net, `${path}.lkb_reparam`, x)
  if (!net.has(`${path}.small_conv.conv.weight`)) return layer(net, `${path}.lkb_origin`, x)
  if (!fold) return add(net, path, layer(net, `${path}.lkb_origin`, x), layer(net, `${path}.small_conv`, x))
  const [origin, small] = [folded(net, `${path}.lkb_origin`), folded(net, `${path}.small_conv`)]
  const edge = ((origin.weight.shape[3] ?? 0) - (small.weight.shape[3] ?? 0)) / 2
  const merged = `${path}.lkb_reparam`
  const weight = net.add(`${merged}.weight`, sum(origin.weight, padded(small.weight, edge)))
  return convWith(net, merged, x, [weight, net.add(`${merged}.bias`, sum(origin.bias, small.bias))])
}

/** Kernel and bias of a convolution with its batch norm folded in. */
function folded(net: Net, path: string) {
  const weight = net.expression(`${path}.conv.weight`)
  if (!net.has(`${path}.bn.running_mean`)) return { weight, bias: net.expression(`${path}.conv.bias`) }
  const { factor, shift } = batchNormAs(net, `${path}.bn`)
  return { weight: product(weight, factor), bias: shift }
}

const largeKernel = (tensors: NamedTensors, stage: number) =>
  tensors.shape(`${lkb(stage, 0)}.large_kernel.lkb_origin.conv.weight`) ??
  tensors.shape(`${lkb(stage, 0)}.large_kernel.lkb_reparam.weight`)

/** Channels of the first stage and side of its kernels, of each published size; all have depths 2, 2, 18, 2. */
const published = [
  { size: 'RepLKNet-31B', channels: 128, kernels: '31,29,27,13' },
  { size: 'RepLKNet-31L', channels: 192, kernels: '31,29,27,13' },
  { size: 'RepLKNet-XL', channels: 256, kernels: '27,27,27,13' },
] as const

function sizeOf(depths: readonly number[], tensors: NamedTensors): string | null {
  const [channels] = tensors.shape('stem.0.conv.weight') ?? []
  const kernels = [0, 1, 2, 3].map((stage) => largeKernel(tensors, stage)?.[3]).join()
  const found = published.find((one) => one.channels === channels && one.kernels === kernels)
  return depths.join() === '2,2,18,2' ? (found?.size ?? null) : null
}
