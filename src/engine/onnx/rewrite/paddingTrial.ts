import { generator } from '#shared/random.ts'
import { encodeModel } from '../file/encode.ts'
import { elementCount, type Graph, type Tensor } from '../graph.ts'
import { encodeNumbers } from '../numbers.ts'
import { GraphBuilder, int, ints } from './build.ts'
import { padColumns, type PaddedConvolution } from './padColumns.ts'

/** Two ONNX files that compute one convolution: as it is, and after `padColumns`. */
export interface PaddingTrial {
  /** Shape of the input `image`; the output is `answer`. */
  shape: readonly number[]
  plain: Uint8Array
  padded: Uint8Array
}

/** Images of a trial. */
const images = 2

/** Makes the files of a trial. The kernels are random, from a fixed seed. Convolutions stand before and after it, as in nets. */
export function paddingTrial(convolution: PaddedConvolution): PaddingTrial {
  const graph = alone(convolution)
  return {
    shape: [images, convolution.channels, ...convolution.spatial],
    plain: encodeModel(graph, new Map()),
    padded: encodeModel(padColumns(graph, [convolution]), new Map()),
  }
}

function alone({ channels, spatial, kernel, strides, dilations, begin, end }: PaddedConvolution): Graph {
  const random = generator('padding trial')
  const shape = [channels, 1, ...kernel]
  const values = Float32Array.from({ length: elementCount(shape) }, () => random.uniform() - 0.5)
  const weight: Tensor = {
    name: 'weight',
    type: 'float32',
    shape,
    data: { kind: 'inline', bytes: encodeNumbers(values, 'float32') },
  }
  const empty: Graph = {
    name: 'trial',
    irVersion: 8,
    opsets: new Map([['', 18]]),
    inputs: [{ name: 'image', type: 'float32', shape: [images, channels, ...spatial] }],
    outputs: [{ name: 'answer', type: 'float32', shape: null }],
    nodes: [],
    tensors: new Map([[weight.name, weight]]),
  }
  const build = new GraphBuilder(empty, 'trial')
  const one = build.constant(new Array<number>(channels).fill(1), 'float32', [channels, 1, 1, 1])
  const group = int(channels)
  const before = build.node('Conv', ['image', one], { group })
  const made = build.node('Conv', [before, weight.name], {
    ...{ group, strides: ints(strides), dilations: ints(dilations) },
    pads: ints([...begin, ...end]),
  })
  build.node('Conv', [made, one], { group }, 'answer')
  return build.finish()
}
