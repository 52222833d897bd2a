import {
  add,
  batchNorm,
  conv,
  globalPool,
  linear,
  relu,
  sigmoid,
  squeezeAndExcite,
  type NamedTensors,
  type Naming,
  type Net,
  type Value,
} from '../build/index.ts'
import { defineFamily } from './define.ts'
import { numberOf, sideQuestion } from './questions.ts'
import { preprocessingFor } from './preprocessing.ts'

interface RegNet {
  depths: readonly number[]
}

const block = /^s(\d)\.b(\d+)\./.source
const inTrunk = (stage = '', index = '') => `trunk_output.block${stage}.block${stage}-${Number(index) - 1}.`
/** A convolution with its batch norm is a list of both in torchvision. */
const place = (part = '') => (part === 'conv' ? '0.' : '1.')

/** torchvision's `RegNet` (torchvision/models/regnet.py). */
const torchvision: Naming = {
  by: 'torchvision',
  rules: [
    { own: /^stem\.(conv|bn)\./, stored: (part) => `stem.${place(part)}` },
    {
      own: new RegExp(`${block}downsample\\.(conv|bn)\\.`),
      stored: (stage, index, part) => `${inTrunk(stage, index)}proj.${place(part)}`,
    },
    {
      own: new RegExp(`${block}conv(\\d)\\.(conv|bn)\\.`),
      stored: (stage, index, layer, part) =>
        `${inTrunk(stage, index)}f.${'abc'[Number(layer) - 1] ?? ''}.${place(part)}`,
    },
    { own: new RegExp(`${block}se\\.`), stored: (stage, index) => `${inTrunk(stage, index)}f.se.` },
    { own: /^head\.fc\./, stored: 'fc.' },
  ],
}

/** timm's `RegNet` (timm/models/regnet.py). */
const timm: Naming = { by: 'timm', rules: [] }

const partOf = (part = '') => (part === 'conv' ? 'convolution' : 'normalization')
const inStage = (stage = '', index = '') => `encoder.stages.${Number(stage) - 1}.layers.${Number(index) - 1}.`

/** Hugging Face's `RegNetForImageClassification` (transformers, modeling_regnet.py): the weighing of Y is a layer of the list. */
const huggingFace = (weighed: boolean): Naming => ({
  by: 'Hugging Face',
  needs: weighed ? 's1.b1.se.fc1.weight' : 's1.b1.conv3.conv.weight',
  prefixes: ['regnet.', ''],
  rules: [
    { own: /^stem\.(conv|bn)\./, stored: (part) => `embedder.embedder.${partOf(part)}.` },
    {
      own: new RegExp(`${block}downsample\\.(conv|bn)\\.`),
      stored: (stage, index, part) => `${inStage(stage, index)}shortcut.${partOf(part)}.`,
    },
    {
      own: new RegExp(`${block}conv(\\d)\\.(conv|bn)\\.`),
      stored: (stage, index, layer, part) => {
        const at = Number(layer) - 1 + (weighed && layer === '3' ? 1 : 0)
        return `${inStage(stage, index)}layer.${at}.${partOf(part)}.`
      },
    },
    {
      own: new RegExp(`${block}se\\.fc(\\d)\\.`),
      stored: (stage, index, layer) => `${inStage(stage, index)}layer.2.attention.${layer === '1' ? 0 : 2}.`,
    },
    { own: /^head\.fc\./, stored: 'classifier.1.' },
  ],
})

/**
 * RegNet X and Y (Radosavovic et al. 2020) by timm's names: bottlenecks of a constant group width; those of Y weigh their
 * channels (squeeze and excitation). Groups and widths follow from shapes.
 */
export const regNet = defineFamily<RegNet>({
  id: 'RegNet',
  namings: [timm, torchvision, huggingFace(true), huggingFace(false)],

  read(tensors) {
    const stem = tensors.shape('stem.conv.weight')
    // RegNet Z has the same names, a layer more at the end and other activations.
    const other = tensors.has('final_conv.conv.weight')
    if (stem?.length !== 4 || other || !tensors.has('stem.bn.running_mean')) return null
    const depths = [1, 2, 3, 4].map((stage) =>
      tensors.count((index) => `s${stage}.b${index + 1}.conv1.conv.weight`),
    )
    if (depths.some((depth) => depth === 0)) return null
    const classes = tensors.shape('head.fc.weight')?.[0] ?? null
    return { config: { depths }, size: sizeOf(depths, tensors), classes }
  },

  questions: (_found, _tensors, hints) => [sideQuestion(224, hints)],

  preprocessing(_found, { naming }, answers) {
    const side = numberOf(answers, 'side')
    // torchvision offers weights for 384 pixels too, those of SWAG.
    const whole = naming === torchvision && side > 256
    const bicubic = naming !== torchvision || whole
    return {
      preprocessing: preprocessingFor(side, {
        crop: whole ? 1 : 0.875,
        interpolation: bicubic ? 'bicubic' : 'bilinear',
      }),
      source:
        naming !== torchvision
          ? `${naming.by}, configuration of the ${naming === timm ? 'pycls_in1k' : 'facebook/regnet'} weights`
          : `torchvision, transform of the ${whole ? 'IMAGENET1K_SWAG_E2E_V1' : 'IMAGENET1K_V1'} weights`,
    }
  },

  graph(net, { depths }) {
    let x = activated(net, 'stem', net.input, 2)
    for (const [stage, depth] of depths.entries())
      for (let index = 0; index < depth; index++)
        x = bottleneck(net, `s${stage + 1}.b${index + 1}`, x, index === 0 ? 2 : 1)
    const features = globalPool(net, 'head.global_pool', x)
    return net.has('head.fc.weight') ? linear(net, 'head.fc', features) : features
  },
})

const layer = (net: Net, path: string, x: Value, stride = 1) =>
  batchNorm(net, `${path}.bn`, conv(net, `${path}.conv`, x, { stride }))

const activated = (net: Net, path: string, x: Value, stride = 1) =>
  relu(net, `${path}.act`, layer(net, path, x, stride))

/** relu(skip(x) + conv3(se(conv2(conv1(x))))). */
function bottleneck(net: Net, path: string, x: Value, stride: number): Value {
  const mixed = activated(net, `${path}.conv2`, activated(net, `${path}.conv1`, x), stride)
  const weighed = net.has(`${path}.se.fc1.weight`)
    ? squeezeAndExcite(net, `${path}.se`, mixed, ['fc1', 'fc2'], [relu, sigmoid])
    : mixed
  const branch = layer(net, `${path}.conv3`, weighed)
  const down = `${path}.downsample`
  const skip = net.has(`${down}.conv.weight`) ? layer(net, down, x, stride) : x
  return relu(net, `${path}.act3`, add(net, path, skip, branch))
}

function sizeOf(depths: readonly number[], tensors: NamedTensors): string | null {
  const widths = [1, 2, 3, 4].map((stage) => tensors.shape(`s${stage}.b1.conv3.conv.weight`)?.[0])
  const group = tensors.shape('s4.b1.conv2.conv.weight')?.[1]
  const letter = tensors.has('s1.b1.se.fc1.weight') ? 'Y' : 'X'
  const flops = sizes.get(`${letter} ${depths.join()} ${widths.join()} ${group}`)
  return flops === undefined ? null : `RegNet-${letter}-${flops}`
}

/**
 * By depths, widths and width of the groups in the last stage. torchvision rounds some widths otherwise than the authors and
 * timm do; these sizes are here twice.
 */
const sizes = new Map([
  ['X 1,1,4,7 24,56,152,368 8', '200MF'],
  ['X 1,2,7,12 32,64,160,384 16', '400MF'],
  ['X 1,2,7,12 32,64,160,400 16', '400MF'],
  ['X 1,3,5,7 48,96,240,528 24', '600MF'],
  ['X 1,3,7,5 64,128,288,672 16', '800MF'],
  ['X 2,4,10,2 72,168,408,912 24', '1.6GF'],
  ['X 2,6,15,2 96,192,432,1008 48', '3.2GF'],
  ['X 2,5,14,2 80,240,560,1360 40', '4GF'],
  ['X 2,4,10,1 168,392,784,1624 56', '6.4GF'],
  ['X 2,5,15,1 80,240,720,1920 120', '8GF'],
  ['X 2,5,11,1 224,448,896,2240 112', '12GF'],
  ['X 2,6,13,1 256,512,896,2048 128', '16GF'],
  ['X 2,7,13,1 336,672,1344,2520 168', '32GF'],
  ['Y 1,1,4,7 24,56,152,368 8', '200MF'],
  ['Y 1,3,6,6 48,104,208,440 8', '400MF'],
  ['Y 1,3,7,4 48,112,256,608 16', '600MF'],
  ['Y 1,3,8,2 64,128,320,768 16', '800MF'],
  ['Y 1,3,8,2 64,144,320,784 16', '800MF'],
  ['Y 2,6,17,2 48,120,336,888 24', '1.6GF'],
  ['Y 2,5,13,1 72,216,576,1512 24', '3.2GF'],
  ['Y 2,6,12,2 128,192,512,1088 64', '4GF'],
  ['Y 2,7,14,2 144,288,576,1296 72', '6.4GF'],
  ['Y 2,4,10,1 168,448,896,2016 56', '8GF'],
  ['Y 2,4,10,1 224,448,896,2016 56', '8GF'],
  ['Y 2,5,11,1 224,448,896,2240 112', '12GF'],
  ['Y 2,4,11,1 224,448,1232,3024 112', '16GF'],
  ['Y 2,5,12,1 232,696,1392,3712 232', '32GF'],
  ['Y 2,7,17,1 528,1056,2904,7392 264', '128GF'],
])
