import type { ModelFamily } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'
import { looksLikeDino } from '../kinds/salientPatchDrop/saliencyModel.ts'

/** By what a model of the paper is told in a workspace. Weights are not compared: any training of the network matches. */
interface PaperModel {
  /** Left out where any family may have it. */
  family?: ModelFamily
  /** Parameters in millions; 1 % either way, since batch norms and parallel branches may be merged. */
  millions: number
  /** Side of the largest depthwise kernel, where the paper's models differ by it. */
  kernel?: number
}

type Known = Pick<StoredModel, 'family' | 'parameters' | 'largestKernel' | 'classes'>

/**
 * The models of the paper by its names. Those of Table 7 are ConvNeXt-T with another kernel. Sources of the counts: the
 * networks' definitions (RepLKNet-pytorch, ConvNeXt, timm).
 */
const models: Readonly<Record<string, PaperModel>> = {
  'RepLKNet-31B': { family: 'RepLKNet', millions: 79.7, kernel: 31 },
  'RepLKNet-31L': { family: 'RepLKNet', millions: 172.4, kernel: 31 },
  'RepLKNet-3B': { millions: 71.9, kernel: 3 },
  'ViT-B': { family: 'ViT', millions: 86.7 },
  'ViT-L': { family: 'ViT', millions: 304.3 },
  'ViT-L/16': { family: 'ViT', millions: 304.3 },
  'ConvNeXt-B': { family: 'ConvNeXt', millions: 88.59, kernel: 7 },
  'ConvNeXt-L': { family: 'ConvNeXt', millions: 197.77, kernel: 7 },
  'ResNet-50': { family: 'ResNet', millions: 25.53 },
  'BiT m-r101x3': { family: 'BiT', millions: 387.93 },
  'BiT-r152x4': { family: 'BiT', millions: 936.53 },
  'ConvNeXt-3': { millions: 28.32, kernel: 3 },
  'ConvNeXt-7': { millions: 28.59, kernel: 7 },
  'ConvNeXt-13': { millions: 29.38, kernel: 13 },
  'ConvNeXt-31': { millions: 34.63, kernel: 31 },
  'ConvNeXt-51': { millions: 45.49, kernel: 51 },
}

export const dinoName = 'DINO ViT-S/16'

const tolerance = 0.01

/**
 * Whether a model may be one of the paper's, by family, number of parameters and largest kernel. AugMix and DeepAugment are
 * trainings of ResNet-50 that cannot be told from it: nothing matches them.
 */
export function isPaperModel(name: string, model: Known): boolean {
  if (name === dinoName) return looksLikeDino(model)
  const wanted = models[name]
  if (!wanted || (wanted.family !== undefined && model.family !== wanted.family)) return false
  if (wanted.kernel !== undefined && model.largestKernel !== wanted.kernel) return false
  return Math.abs(model.parameters / 1e6 / wanted.millions - 1) <= tolerance
}
