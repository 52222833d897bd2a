import type { NamedTensors } from '../../build/index.ts'
import { defineFamily } from '../define.ts'
import type { ViT } from './config.ts'
import { vitGraph } from './graph.ts'
import { vitNamings } from './namings.ts'
import { vitQuestions } from './questions.ts'
import { vitPreprocessing } from './preprocessing.ts'

/**
 * ViT (Dosovitskiy et al. 2021) by timm's names, with what DeiT (Touvron et al. 2021: distillation token), DINO (Caron et
 * al. 2021: no head), DeiT III and DINOv2 (Oquab et al. 2024: layer scale, registers, gated layers) and MAE (He et al.
 * 2022: mean of the patches) change. The side of the input follows from the position embeddings.
 */
export const vit = defineFamily<ViT>({
  id: 'ViT',
  namings: vitNamings,

  read(tensors) {
    const [width = 0, channels, patch = 0, across] = tensors.shape('patch_embed.proj.weight') ?? []
    const [joined] = tensors.shape('blocks.0.attn.qkv.weight') ?? []
    const positions = tensors.shape('pos_embed')?.at(-2)
    if (channels !== 3 || across !== patch || joined !== 3 * width || positions === undefined) return null
    const before = [tokensBefore(tensors), 0].find((count) => Number.isInteger(Math.sqrt(positions - count)))
    if (before === undefined || !tensors.has('blocks.0.norm1.weight')) return null
    const depth = tensors.count((index) => `blocks.${index}.attn.qkv.weight`)
    const grid = Math.sqrt(positions - before)
    const config = { width, depth, patch, grid, positionsBefore: before }
    return { config, size: sizeOf(config, tensors), classes: tensors.shape('head.weight')?.[0] ?? null }
  },

  questions: vitQuestions,
  preprocessing: vitPreprocessing,
  graph: vitGraph,
})

const tokensBefore = (tensors: NamedTensors) =>
  Number(tensors.has('cls_token')) + Number(tensors.has('dist_token'))

/** Letter of each published width and depth. */
const letters = new Map([
  ['192 12', 'Ti'],
  ['384 12', 'S'],
  ['768 12', 'B'],
  ['1024 24', 'L'],
  ['1280 32', 'H'],
  ['1536 40', 'g'],
])

function sizeOf({ width, depth, patch }: ViT, tensors: NamedTensors): string | null {
  const letter = letters.get(`${width} ${depth}`)
  if (letter === undefined || ![8, 14, 16, 32].includes(patch)) return null
  const registers = tensors.shape('reg_token')?.at(-2)
  const name = `${tensors.has('dist_token') ? 'DeiT' : 'ViT'}-${letter}/${patch}`
  return registers === undefined ? name : `${name} with ${registers} registers`
}
