import { int } from '../../../onnx/index.ts'
import {
  add,
  concat,
  conv,
  cut,
  gelu,
  layerNorm,
  linear,
  meanOver,
  multiply,
  permute,
  pick,
  quickGelu,
  reshape,
  residual,
  selfAttention,
  silu,
  tanh,
  vector,
  type Net,
  type Value,
} from '../../build/index.ts'
import type { Answers } from '../family.ts'
import { headsOf } from './questions.ts'
import type { ViT } from './config.ts'

/** What holds for the whole network. */
interface Common {
  heads: number
  epsilon: number
  activation: typeof gelu
}

/** Patches and further tokens to logits; to features of the class token where there is no head. */
export function vitGraph(net: Net, config: ViT, answers: Answers): Value {
  const common = {
    heads: headsOf(config.width, answers.heads),
    epsilon: Number(answers.epsilon),
    activation: answers.activation === 'quickGelu' ? quickGelu : gelu,
  }
  const further = ['cls_token', 'reg_token', 'dist_token'].filter((name) => net.has(name))
  let x = embedded(net, config, further)
  if (net.has('norm_pre.weight')) x = layerNorm(net, 'norm_pre', x, common.epsilon)
  for (let index = 0; index < config.depth; index++) x = block(net, `blocks.${index}`, x, common)
  if (net.has('norm.weight')) x = layerNorm(net, 'norm', x, common.epsilon)
  return headed(net, config, x, common)
}

/** Tokens [T,C]: the further ones, then the patches, with position embeddings as far as they reach. */
function embedded(net: Net, { width, patch, grid, positionsBefore }: ViT, further: readonly string[]): Value {
  const map = conv(net, 'patch_embed.proj', net.input, { stride: patch, pad: 0 })
  const flat = reshape(net, 'patch_embed', map, [width, grid * grid])
  const patches = permute(net, 'patch_embed', flat, [1, 0])
  const count = positionsBefore + grid * grid
  const positions = net.weight('pos_embed', { shape: [count, width] })
  // Registers have no position; they stand between the class token and the patches.
  const before = further.filter((name) => positionsBefore > 0 && name !== 'reg_token')
  const after = further.filter((name) => !before.includes(name))
  const first = before.map((name) => token(net, name, width))
  const joined = first.length > 0 ? concat(net, '', [...first, patches], 0) : patches
  const located = add(net, '', joined, positions)
  if (after.length === 0) return located
  const rest = after.map((name) => token(net, name, width))
  if (before.length === 0) return concat(net, '', [...rest, located], 0)
  const parts = [cut(net, '', located, 0, 0, before.length), ...rest]
  return concat(net, '', [...parts, cut(net, '', located, 0, before.length, count)], 0)
}

/** A learned token, repeated for each image: [count,C]. */
function token(net: Net, name: string, width: number): Value {
  const count = (net.tensors.shape(name) ?? []).reduce((product, size) => product * size, 1) / width
  const weight = net.weight(name, { shape: [count, width] })
  const batch = net.node(name, 'Shape', [net.input], [], { start: int(0), end: int(1) })
  const shape = net.node(name, 'Concat', [batch, net.int64s([count, width])], [], { axis: int(0) })
  return net.node(name, 'Expand', [weight, shape], [count, width])
}

/** x + scale attention(norm(x)), then x + scale mlp(norm(x)). */
function block(net: Net, path: string, x: Value, common: Common): Value {
  const { heads, epsilon } = common
  const scaled = (name: string, value: Value) => {
    const gamma = `${path}.${name}.gamma`
    return net.has(gamma)
      ? multiply(net, `${path}.${name}`, value, vector(net, gamma, value.shape[1]))
      : value
  }
  const mixed = residual(net, path, x, (from) =>
    scaled('ls1', selfAttention(net, `${path}.attn`, layerNorm(net, `${path}.norm1`, from, epsilon), heads)),
  )
  return residual(net, path, mixed, (from) =>
    scaled('ls2', mlp(net, `${path}.mlp`, layerNorm(net, `${path}.norm2`, from, epsilon), common)),
  )
}

/** Two linear layers; where the second takes half of what the first gives, one half gates the other (SwiGLU). */
function mlp(net: Net, path: string, x: Value, { activation }: Common): Value {
  const wide = linear(net, `${path}.fc1`, x)
  const [tokens = 0, width = 0] = wide.shape
  if (net.tensors.shape(`${path}.fc2.weight`)?.[1] !== width / 2)
    return linear(net, `${path}.fc2`, activation(net, `${path}.act`, wide))
  const gate = cut(net, path, wide, 1, 0, width / 2)
  const value = cut(net, path, wide, 1, width / 2, width)
  const gated = multiply(net, path, silu(net, `${path}.act`, gate), value)
  return linear(net, `${path}.fc2`, { ...gated, shape: [tokens, width / 2] })
}

/** The class token, the mean of the patches, or both, and the linear layers on them. */
function headed(net: Net, { width, grid }: ViT, x: Value, { epsilon }: Common): Value {
  const before = (x.shape[0] ?? 0) - grid * grid
  const patches = () => meanOver(net, '', before > 0 ? cut(net, '', x, 0, before, x.shape[0] ?? 0) : x, 0)
  if (net.has('fc_norm.weight')) return head(net, layerNorm(net, 'fc_norm', patches(), epsilon))
  if (!net.has('cls_token')) return head(net, patches())
  const first = pick(net, '', x, 0, 0)
  // Hugging Face's DINOv2 classifies by the class token and the mean of the patches.
  if (net.tensors.shape('head.weight')?.[1] === 2 * width)
    return head(net, concat(net, '', [first, patches()], 0))
  if (!net.has('head_dist.weight')) return head(net, first)
  const both = add(net, 'head', head(net, first), linear(net, 'head_dist', pick(net, '', x, 0, 1)))
  return net.node('head', 'Div', [both, net.floats([2])], both.shape)
}

function head(net: Net, features: Value): Value {
  if (!net.has('head.weight')) return features
  if (!net.has('pre_logits.fc.weight')) return linear(net, 'head', features)
  return linear(net, 'head', tanh(net, 'pre_logits', linear(net, 'pre_logits.fc', features)))
}
