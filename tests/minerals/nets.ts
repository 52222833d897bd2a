import type { Net } from './graph.ts'
import { side } from './images.ts'
import { normal } from './random.ts'

/** A net without its readout: writes its layers into a graph and returns the name of features of [batch, width]. */
export interface Backbone {
  file: string
  width: number
  write: (net: Net) => string
}

const width = 96

/** Weights of an even scale for what has `fan` inputs, from a seed. */
function drawing(net: Net, seed: number) {
  const next = normal(seed)
  return (name: string, dims: number[], fan: number, gain = 1) => {
    const count = dims.reduce((a, b) => a * b, 1)
    const deviation = gain / Math.sqrt(fan)
    return net.weight(
      name,
      dims,
      Float32Array.from({ length: count }, () => next() * deviation),
    )
  }
}

/** A residual ConvNet: a stem of stride 2, three blocks of a depthwise kernel and two pointwise layers, pooling. */
function convNet(file: string, kernel: number, seed: number): Backbone {
  const channels = 32
  return {
    file,
    width,
    write(net) {
      const draw = drawing(net, seed)
      const conv = (name: string, from: string, dims: number[], stride = 1, group = 1) => {
        const [out = 1, into = 1, size = 1] = dims
        const weights = [
          draw(`${name}.weight`, dims, into * size * size, 1.4),
          draw(`${name}.bias`, [out], 1, 0.1),
        ]
        const pad = Math.floor(size / 2)
        return net.node('Conv', `${name}/Conv`, [from, ...weights], {
          dilations: [1, 1],
          group,
          kernel_shape: [size, size],
          pads: [pad, pad, pad, pad],
          strides: [stride, stride],
        })
      }
      const relu = (name: string, from: string) => net.node('Relu', `${name}/Relu`, [from])
      let flow = relu('stem', conv('stem.conv', 'input', [channels, 3, 3, 3], 2))
      for (const block of [0, 1, 2]) {
        const name = `blocks.${block}`
        const local = conv(`${name}.dwconv`, flow, [channels, 1, kernel, kernel], 1, channels)
        const wide = relu(name, conv(`${name}.pwconv1`, local, [2 * channels, channels, 1, 1]))
        const back = conv(`${name}.pwconv2`, wide, [channels, 2 * channels, 1, 1])
        flow = net.node('Add', `${name}/Add`, [flow, back])
      }
      const head = relu('head', conv('head.conv', flow, [width, channels, 1, 1]))
      return net.node('Flatten', 'flatten/Flatten', [net.node('GlobalAveragePool', 'pool/Pool', [head])], {
        axis: 1,
      })
    },
  }
}

/** A transformer on patches of 8 px: two blocks of attention with three heads and an MLP, the mean of the tokens. */
function transformer(file: string, seed: number): Backbone {
  const [patch, heads, depth] = [8, 3, width / 3]
  const tokens = (side / patch) ** 2
  return {
    file,
    width,
    write(net) {
      const draw = drawing(net, seed)
      const linear = (name: string, from: string, into: number, out: number, gain = 1) =>
        net.node('Add', `${name}/Add`, [
          draw(`${name}.bias`, [out], 1, 0.1),
          net.node('MatMul', `${name}/MatMul`, [from, draw(`${name}.weight`, [into, out], into, gain)]),
        ])
      const scale = (name: string) => [
        net.weight(`${name}.weight`, [width], new Float32Array(width).fill(1)),
        net.weight(`${name}.bias`, [width], new Float32Array(width)),
      ]
      const norm = (name: string, from: string) =>
        net.node('LayerNormalization', `${name}/LayerNormalization`, [from, ...scale(name)], {
          axis: -1,
          epsilon: 1e-5,
        })
      const reshape = (name: string, from: string, shape: number[]) =>
        net.node('Reshape', `${name}/Reshape`, [from, net.integers(`${name}.shape`, shape)])
      const turn = (name: string, from: string, perm: number[]) =>
        net.node('Transpose', `${name}/Transpose`, [from], { perm })

      const cut = [draw('patch_embed.proj.weight', [width, 3, patch, patch], 3 * patch * patch, 3)]
      const patches = net.node(
        'Conv',
        'patch_embed/Conv',
        ['input', ...cut, draw('patch_embed.proj.bias', [width], 1, 0.2)],
        {
          dilations: [1, 1],
          group: 1,
          kernel_shape: [patch, patch],
          pads: [0, 0, 0, 0],
          strides: [patch, patch],
        },
      )
      const rows = turn('patch_embed', reshape('patch_embed', patches, [0, width, -1]), [0, 2, 1])
      let flow = net.node('Add', 'pos_embed/Add', [rows, draw('pos_embed', [1, tokens, width], 1, 0.02)])
      for (const block of [0, 1]) {
        const name = `blocks.${block}`
        const input = norm(`${name}.norm1`, flow)
        const split = (part: string) =>
          reshape(`${name}.attn.${part}`, linear(`${name}.attn.${part}`, input, width, width), [
            0,
            tokens,
            heads,
            depth,
          ])
        const query = turn(`${name}.attn.q`, split('q'), [0, 2, 1, 3])
        const key = turn(`${name}.attn.k`, split('k'), [0, 2, 3, 1])
        const value = turn(`${name}.attn.v`, split('v'), [0, 2, 1, 3])
        const scores = net.node('Mul', `${name}.attn/Mul`, [
          net.node('MatMul', `${name}.attn/MatMul`, [query, key]),
          net.weight(`${name}.attn.scale`, [], [1 / Math.sqrt(depth)]),
        ])
        const weights = net.node('Softmax', `${name}.attn/Softmax`, [scores], { axis: -1 })
        const mixed = turn(
          `${name}.attn.out`,
          net.node('MatMul', `${name}.attn/MatMul_1`, [weights, value]),
          [0, 2, 1, 3],
        )
        const joined = linear(
          `${name}.attn.proj`,
          reshape(`${name}.attn.out`, mixed, [0, tokens, width]),
          width,
          width,
          0.5,
        )
        flow = net.node('Add', `${name}/Add`, [flow, joined])
        const wide = net.node('Relu', `${name}.mlp/Relu`, [
          linear(`${name}.mlp.fc1`, norm(`${name}.norm2`, flow), width, 2 * width, 1.4),
        ])
        flow = net.node('Add', `${name}/Add_1`, [flow, linear(`${name}.mlp.fc2`, wide, 2 * width, width)])
      }
      const last = net.node('Relu', 'head/Relu', [linear('head.fc', norm('norm', flow), width, width, 1.4)])
      return net.node('ReduceMean', 'head/ReduceMean', [last], { axes: [1], keepdims: 0 })
    },
  }
}

export const backbones: readonly Backbone[] = [
  convNet('quarry-k13', 13, 7),
  convNet('quarry-k3', 3, 8),
  transformer('lode-vit', 9),
]
