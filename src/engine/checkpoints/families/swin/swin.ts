import type { NamedTensors } from '../../build/index.ts'
import { defineFamily } from '../define.ts'
import { sideQuestion } from '../questions.ts'
import type { Stage, Swin } from './config.ts'
import { swinGraph } from './graph.ts'
import { authors, huggingFace, timm, torchvision } from './namings.ts'
import { preprocessing } from './preprocessing.ts'

/**
 * Swin Transformer (Liu et al. 2021) by the names of its authors. Heads and windows follow from the tables of biases. Sides
 * are such that windows fill the map of each stage, because libraries differ in what they do with others.
 */
export const swin = defineFamily<Swin>({
  id: 'Swin',
  namings: [authors, timm, torchvision, huggingFace],

  read(tensors) {
    const patches = tensors.shape('patch_embed.proj.weight')
    const first = 'layers.0.blocks.0.attn.relative_position_bias_table'
    // Older ones may have position embeddings besides.
    if (patches?.length !== 4 || !tensors.has(first) || tensors.has('absolute_pos_embed')) return null
    const between = [0, 1, 2].every((stage) => tensors.has(`layers.${stage}.downsample.reduction.weight`))
    const stages = [0, 1, 2, 3].map((stage) => stageOf(tensors, stage))
    if (!between || stages.some(({ depth, window }) => depth === 0 || !Number.isInteger(window))) return null
    const config = { stages, patch: patches[3] ?? 0 }
    const depths = stages.map(({ depth }) => depth)
    const size = config.patch === 4 ? sizes.get(`${patches[0]} ${depths.join()}`) : undefined
    return { config, size: size ?? null, classes: tensors.shape('head.weight')?.[0] ?? null }
  },

  questions({ config }, _tensors, hints) {
    const step = stepOf(config)
    return [sideQuestion(Math.max(1, Math.floor(224 / step)) * step, hints, step)]
  },

  preprocessing,

  graph: swinGraph,
})

/** A table has (2 window - 1)^2 rows and a column for each head. */
function stageOf(tensors: NamedTensors, stage: number): Stage {
  const table = (index: number) => `layers.${stage}.blocks.${index}.attn.relative_position_bias_table`
  const [rows = 0, heads = 0] = tensors.shape(table(0)) ?? []
  return { depth: tensors.count(table), heads, window: (Math.sqrt(rows) + 1) / 2 }
}

/** Sides are multiples of this: windows then fill every map, and every map but the last has even sides. */
function stepOf({ stages, patch }: Swin): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
  return stages.reduce(
    (step, { window }, index) => {
      const pixels = patch * 2 ** index * window
      return (step * pixels) / divisor(step, pixels)
    },
    patch * 2 ** (stages.length - 1),
  )
}

/** By channels of the first stage and depths. */
const sizes = new Map([
  ['96 2,2,6,2', 'Swin-T'],
  ['96 2,2,18,2', 'Swin-S'],
  ['128 2,2,18,2', 'Swin-B'],
  ['192 2,2,18,2', 'Swin-L'],
])
