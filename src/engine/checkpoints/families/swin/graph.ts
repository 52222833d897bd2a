import {
  add,
  conv,
  gelu,
  globalPool,
  layerNorm,
  linear,
  permute,
  reshape,
  residual,
  selfAttention,
  type Net,
  type Value,
} from '../../build/index.ts'
import type { Stage, Swin } from './config.ts'
import { joinWindows, maskOf, positioned, roll, split } from './windows.ts'

/** All have that of PyTorch's layer norm. */
const epsilon = 1e-5

/** Patches to logits, or to features where there is no head. Maps are [H,W,C]. */
export function swinGraph(net: Net, { stages, patch }: Swin): Value {
  const map = conv(net, 'patch_embed.proj', net.input, { stride: patch, pad: 0 })
  let x = permute(net, 'patch_embed', map, [1, 2, 0])
  if (net.has('patch_embed.norm.weight')) x = layerNorm(net, 'patch_embed.norm', x, epsilon)
  for (const [index, stage] of stages.entries()) {
    x = blocks(net, `layers.${index}`, x, stage)
    if (index < stages.length - 1) x = merged(net, `layers.${index}.downsample`, x)
  }
  const normed = permute(net, 'norm', layerNorm(net, 'norm', x, epsilon), [2, 0, 1])
  const features = globalPool(net, 'avgpool', normed)
  return net.has('head.weight') ? linear(net, 'head', features) : features
}

function blocks(net: Net, path: string, x: Value, { depth, heads, window }: Stage): Value {
  const [high = 0, wide = 0] = x.shape
  const half = Math.floor(window / 2)
  const mask = high > window && half > 0 ? maskOf(net, [high, wide], window, half) : null
  let made = x
  for (let index = 0; index < depth; index++) {
    const shifted = index % 2 === 1 ? mask : null
    made = block(net, `${path}.blocks.${index}`, made, { heads, window, half, mask: shifted })
  }
  return made
}

interface Windows {
  heads: number
  window: number
  half: number
  /** Null where windows are not shifted. */
  mask: Value | null
}

/** x + attention(norm(x)) in windows, then x + mlp(norm(x)). */
function block(net: Net, path: string, x: Value, { heads, window, half, mask }: Windows): Value {
  const [high = 0, wide = 0] = x.shape
  const mixed = residual(net, path, x, (from) => {
    const attn = `${path}.attn`
    const normed = layerNorm(net, `${path}.norm1`, from, epsilon)
    const parts = split(net, attn, mask ? roll(net, attn, normed, half) : normed, window)
    const attended = selfAttention(net, attn, parts, heads, (scores) => {
      const biased = positioned(net, attn, scores, window)
      return mask ? add(net, attn, biased, mask) : biased
    })
    const back = joinWindows(net, attn, attended, window, [high, wide])
    return mask ? roll(net, attn, back, -half) : back
  })
  return residual(net, path, mixed, (from) => {
    const hidden = linear(net, `${path}.mlp.fc1`, layerNorm(net, `${path}.norm2`, from, epsilon))
    return linear(net, `${path}.mlp.fc2`, gelu(net, `${path}.mlp.act`, hidden))
  })
}

/** Four places become one with twice the channels; those of a column stand together. */
function merged(net: Net, path: string, x: Value): Value {
  const [high = 0, wide = 0, channels = 0] = x.shape
  const cells = reshape(net, path, x, [high / 2, 2, wide / 2, 2, channels])
  const ordered = permute(net, path, cells, [0, 2, 3, 1, 4])
  const joined = reshape(net, path, ordered, [high / 2, wide / 2, 4 * channels])
  return linear(net, `${path}.reduction`, layerNorm(net, `${path}.norm`, joined, epsilon))
}
