import { add, multiply, permute, pick, reshape } from './axes.ts'
import { softmax } from './functions.ts'
import { linear } from './layers.ts'
import type { Net, Value } from './net.ts'

/**
 * Self-attention of tokens [T,C] with `<path>.qkv` and `<path>.proj`, not fused, so that the matrix of each head is a tensor
 * of the graph (Dosovitskiy et al. 2021; the order of axes is that of timm's `Attention`).
 *
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function selfAttention(net: Net, path: string, x: Value, heads: number): Value {
  const [tokens = 0, channels = 0] = x.shape
  const size = channels / heads
  const joined = reshape(net, path, linear(net, `${path}.qkv`, x), [tokens, 3, heads, size])
  const parts = permute(net, path, joined, [1, 2, 0, 3])
  const [query, key, value] = [0, 1, 2].map((index) => pick(net, path, parts, 0, index))
  if (!query || !key || !value) throw new RangeError('three parts are expected')
  const scaled = multiply(net, path, query, { name: net.floats([size ** -0.5]), shape: [] })
  const turned = permute(net, path, key, [0, 2, 1])
  const scores = net.node(path, 'MatMul', [scaled, turned], [heads, tokens, tokens])
  const mixed = net.node(path, 'MatMul', [softmax(net, path, scores), value], [heads, tokens, size])
  const back = reshape(net, path, permute(net, path, mixed, [1, 0, 2]), [tokens, channels])
  return linear(net, `${path}.proj`, back)
}

/** A residual unit: x plus what `branch` makes of it. */
export const residual = (net: Net, path: string, x: Value, branch: (x: Value) => Value): Value =>
  add(net, path, x, branch(x))
