import { add, multiply, permute, pick, reshape } from './axes.ts'
import { softmax } from './functions.ts'
import { linear } from './layers.ts'
import type { Net, Value } from './net.ts'

/**
 * Self-attention of tokens [...,T,C] with `<path>.qkv` and `<path>.proj`, not fused, so that the matrix of each head is a
 * tensor of the graph (Dosovitskiy et al. 2021; the order of axes is that of timm's `Attention`). Tokens attend to those
 * with the same index of the axes before T.
 *
 * @param biased what is done with the scores [...,heads,T,T] before their softmax
 * @throws MODEL_UNSUPPORTED where a tensor is missing or does not fit
 */
export function selfAttention(
  net: Net,
  path: string,
  x: Value,
  heads: number,
  biased: (scores: Value) => Value = (scores) => scores,
): Value {
  const [tokens = 0, channels = 0] = x.shape.slice(-2)
  const groups = x.shape.slice(0, -2)
  const size = channels / heads
  const axes = [...groups.keys()]
  const next = groups.length
  const joined = reshape(net, path, linear(net, `${path}.qkv`, x), [...groups, tokens, 3, heads, size])
  const parts = permute(net, path, joined, [next + 1, ...axes, next + 2, next, next + 3])
  const [query, key, value] = [0, 1, 2].map((index) => pick(net, path, parts, 0, index))
  if (!query || !key || !value) throw new RangeError('three parts are expected')
  const scaled = multiply(net, path, query, { name: net.floats([size ** -0.5]), shape: [] })
  const turned = permute(net, path, key, [...axes, next, next + 2, next + 1])
  const scores = net.node(path, 'MatMul', [scaled, turned], [...groups, heads, tokens, tokens])
  const shares = softmax(net, path, biased(scores))
  const mixed = net.node(path, 'MatMul', [shares, value], [...groups, heads, tokens, size])
  const ordered = permute(net, path, mixed, [...axes, next + 1, next, next + 2])
  return linear(net, `${path}.proj`, reshape(net, path, ordered, x.shape))
}

/** A residual unit: x plus what `branch` makes of it. */
export const residual = (net: Net, path: string, x: Value, branch: (x: Value) => Value): Value =>
  add(net, path, x, branch(x))
