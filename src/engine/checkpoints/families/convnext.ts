import {
  channelNorm,
  conv,
  gelu,
  globalPool,
  layerNorm,
  linear,
  multiply,
  permute,
  residual,
  responseNorm,
  vector,
  type Naming,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import { numberOf, sideQuestion } from './questions.ts'
import { preprocessingFor } from './preprocessing.ts'

interface ConvNeXt {
  depths: readonly number[]
  /** Whether it is ConvNeXt V2, whose layers have a global response norm in place of the layer scale. */
  second: boolean
}

/** timm's `ConvNeXt` (timm/models/convnext.py). */
const timm: Naming = {
  by: 'timm',
  rules: [
    { own: /^downsample_layers\.0\./, stored: 'stem.' },
    { own: /^downsample_layers\.(\d)\./, stored: 'stages.$1.downsample.' },
    { own: /^(stages\.\d)\.(\d+)\.dwconv\./, stored: '$1.blocks.$2.conv_dw.' },
    { own: /^(stages\.\d)\.(\d+)\.pwconv(\d)\./, stored: '$1.blocks.$2.mlp.fc$3.' },
    { own: /^(stages\.\d)\.(\d+)\.grn\.gamma/, stored: '$1.blocks.$2.mlp.grn.weight' },
    { own: /^(stages\.\d)\.(\d+)\.grn\.beta/, stored: '$1.blocks.$2.mlp.grn.bias' },
    { own: /^(stages\.\d)\.(\d+)\./, stored: '$1.blocks.$2.' },
    { own: /^norm\./, stored: 'head.norm.' },
    { own: /^head\./, stored: 'head.fc.' },
  ],
}

/** torchvision's `ConvNeXt` (torchvision/models/convnext.py): stages and what is between them in one list. */
const torchvision: Naming = {
  by: 'torchvision',
  rules: [
    ...[0, 1, 2, 3].flatMap((stage) => {
      const own = `^stages\\.${stage}\\.(\\d+)\\.`
      const block = `features.${2 * stage + 1}.$1.`
      return [
        { own: new RegExp(`^downsample_layers\\.${stage}\\.`), stored: `features.${2 * stage}.` },
        { own: new RegExp(`${own}dwconv\\.`), stored: `${block}block.0.` },
        { own: new RegExp(`${own}norm\\.`), stored: `${block}block.2.` },
        { own: new RegExp(`${own}pwconv1\\.`), stored: `${block}block.3.` },
        { own: new RegExp(`${own}pwconv2\\.`), stored: `${block}block.5.` },
        { own: new RegExp(`${own}gamma`), stored: `${block}layer_scale` },
      ]
    }),
    { own: /^norm\./, stored: 'classifier.0.' },
    { own: /^head\./, stored: 'classifier.2.' },
  ],
}

/** Hugging Face's ConvNeXt and ConvNeXt V2 (transformers, modeling_convnext.py and modeling_convnextv2.py). */
const huggingFace: Naming = {
  by: 'Hugging Face',
  prefixes: ['convnext.', 'convnextv2.', ''],
  rules: [
    { own: /^downsample_layers\.0\.0\./, stored: 'embeddings.patch_embeddings.' },
    { own: /^downsample_layers\.0\.1\./, stored: 'embeddings.layernorm.' },
    { own: /^downsample_layers\.(\d)\./, stored: 'encoder.stages.$1.downsampling_layer.' },
    { own: /^(stages\.\d)\.(\d+)\.norm\./, stored: 'encoder.$1.layers.$2.layernorm.' },
    { own: /^(stages\.\d)\.(\d+)\.gamma/, stored: 'encoder.$1.layers.$2.layer_scale_parameter' },
    { own: /^(stages\.\d)\.(\d+)\.grn\.gamma/, stored: 'encoder.$1.layers.$2.grn.weight' },
    { own: /^(stages\.\d)\.(\d+)\.grn\.beta/, stored: 'encoder.$1.layers.$2.grn.bias' },
    { own: /^(stages\.\d)\.(\d+)\./, stored: 'encoder.$1.layers.$2.' },
    { own: /^norm\./, stored: 'layernorm.' },
    { own: /^head\./, stored: 'classifier.' },
  ],
}

/**
 * ConvNeXt and ConvNeXt V2 by the names of their authors (Liu et al. 2022; ConvNeXt, models/convnext.py; Woo et al. 2023;
 * ConvNeXt-V2, models/convnextv2.py). Layer norms over channels are taken between transposes, as torchvision does.
 */
export const convNeXt = defineFamily<ConvNeXt>({
  id: 'ConvNeXt',
  namings: [{ by: 'the authors', rules: [] }, timm, torchvision, huggingFace],

  read(tensors) {
    const stem = tensors.shape('downsample_layers.0.0.weight')
    if (stem?.length !== 4 || !tensors.has('downsample_layers.1.1.weight')) return null
    const depths = [0, 1, 2, 3].map((stage) =>
      tensors.count((index) => `stages.${stage}.${index}.dwconv.weight`),
    )
    if (depths.some((depth) => depth === 0)) return null
    const kernels = tensors.shape('stages.0.0.dwconv.weight')?.[3]
    const second = tensors.has('stages.0.0.grn.gamma')
    const size = (second ? secondSizes : sizes).get(`${stem[0]} ${depths.join()}`)
    return {
      config: { depths, second },
      size:
        size !== undefined && kernels === 7 && stem[3] === 4
          ? `ConvNeXt${second ? ' V2' : ''}-${size}`
          : null,
      classes: tensors.shape('head.weight')?.[0] ?? null,
    }
  },

  questions: (_found, _tensors, hints) => [sideQuestion(224, hints)],

  preprocessing({ config, size }, tensors, answers) {
    const side = numberOf(answers, 'side')
    if (tensors.naming === torchvision)
      return {
        preprocessing: preprocessingFor(side, { crop: 224 / resizeOf(size), interpolation: 'bilinear' }),
        source: 'torchvision, transform of the IMAGENET1K_V1 weights',
      }
    return {
      preprocessing: preprocessingFor(side, { crop: side >= 384 ? null : 0.875, interpolation: 'bicubic' }),
      source: `ConvNeXt${config.second ? '-V2' : ''}, datasets.py: 224 of 256 pixels, whole images from 384 on`,
    }
  },

  graph(net, { depths }) {
    let x = net.input
    for (const [stage, depth] of depths.entries()) {
      const down = `downsample_layers.${stage}`
      if (stage === 0) x = channelNorm(net, `${down}.1`, patches(net, `${down}.0`, x))
      else x = patches(net, `${down}.1`, channelNorm(net, `${down}.0`, x))
      for (let index = 0; index < depth; index++) x = block(net, `stages.${stage}.${index}`, x)
    }
    const features = layerNorm(net, 'norm', globalPool(net, 'avgpool', x))
    return net.has('head.weight') ? linear(net, 'head', features) : features
  },
})

/** A convolution whose windows lie side by side: 4x4 at the start, 2x2 between stages, smaller for small images. */
function patches(net: Net, path: string, x: Value): Value {
  const [, , , side = 1] = net.expression(`${path}.weight`).shape
  return conv(net, path, x, { stride: side, pad: 0 })
}

/** x + gamma (pwconv2(grn(gelu(pwconv1(norm(dwconv(x))))))), where gamma and grn may be missing. */
const block = (net: Net, path: string, x: Value) =>
  residual(net, path, x, (from) => {
    const last = permute(net, path, conv(net, `${path}.dwconv`, from), [1, 2, 0])
    const wide = linear(net, `${path}.pwconv1`, layerNorm(net, `${path}.norm`, last))
    const active = gelu(net, `${path}.act`, wide)
    const grn = `${path}.grn`
    const responses = net.has(`${grn}.gamma`) ? responseNorm(net, grn, active) : active
    const narrow = linear(net, `${path}.pwconv2`, responses)
    const gamma = `${path}.gamma`
    const scaled = net.has(gamma) ? multiply(net, path, vector(net, gamma, from.shape[0]), narrow) : narrow
    return permute(net, path, scaled, [2, 0, 1])
  })

/** By channels of the stem and depths; the smaller ones are timm's. */
const sizes = new Map([
  ['40 2,2,6,2', 'A'],
  ['48 2,2,6,2', 'F'],
  ['64 2,2,6,2', 'P'],
  ['80 2,2,8,2', 'N'],
  ['96 3,3,9,3', 'T'],
  ['96 3,3,27,3', 'S'],
  ['128 3,3,27,3', 'B'],
  ['192 3,3,27,3', 'L'],
  ['256 3,3,27,3', 'XL'],
])

/** Those of ConvNeXt V2. */
const secondSizes = new Map([
  ['40 2,2,6,2', 'A'],
  ['48 2,2,6,2', 'F'],
  ['64 2,2,6,2', 'P'],
  ['80 2,2,8,2', 'N'],
  ['96 3,3,9,3', 'T'],
  ['128 3,3,27,3', 'B'],
  ['192 3,3,27,3', 'L'],
  ['352 3,3,27,3', 'H'],
])

/** Length of the shorter side before torchvision's crop of 224 pixels. */
const resizeOf = (size: string | null) => (size === 'ConvNeXt-T' ? 236 : size === 'ConvNeXt-S' ? 230 : 232)
