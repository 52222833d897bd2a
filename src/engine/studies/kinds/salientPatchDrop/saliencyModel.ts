import { KernelscopeError } from '#shared/errors.ts'
import { getModel, listModels, type StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { SalientParams } from './params.ts'

/** Parameters of DINO ViT-S/16 without a classifier: 12 blocks of width 384, patches of 16, 197 tokens. */
const dinoParameters = 21_665_664

/** Head of the last layer, from 1, that the published script reads. */
const publishedHead = 2

/**
 * Whether a model may be the DINO ViT-S/16 that the published masks come from: a ViT with its number of parameters and no
 * classifier. Weights are not looked at; a ViT-S/16 of another training without its classifier looks the same.
 */
export const looksLikeDino = ({ family, parameters, classes }: SaliencyModel): boolean =>
  family === 'ViT' && Math.abs(parameters / dinoParameters - 1) < 0.001 && classes === 384

type SaliencyModel = Pick<StoredModel, 'family' | 'parameters' | 'classes'>

/**
 * The model that masks come from: the chosen one, or else of the workspace: for attention DINO's ViT-S/16, a model for
 * saliency, any other ViT, in this order; for gradients the first model. undefined where the workspace has none, or masks
 * come from files.
 *
 * @throws MODEL_NOT_FOUND where the chosen model is not in the workspace
 */
export function saliencyModelOf(db: Db, { source, model }: SalientParams): StoredModel | undefined {
  if (source === 'masks') return undefined
  if (model !== null) return getModel(db, model)
  const models = listModels(db)
  if (source === 'gradient') return models[0]
  const rank = (one: StoredModel) => (looksLikeDino(one) ? 2 : one.role === 'saliency' ? 1 : 0)
  return models.filter(({ family }) => family === 'ViT').sort((a, b) => rank(b) - rank(a))[0]
}

/**
 * In what masks differ from those of the paper, which are the attention of DINO ViT-S/16, last layer, second head; null
 * where they do not.
 */
export function standsInFor(db: Db, chosen: SalientParams): string | null {
  if (chosen.source === 'masks') return 'masks from files stand in for the attention of DINO ViT-S/16'
  const model = saliencyModelOf(db, chosen)
  if (!model) return null
  if (chosen.source === 'gradient')
    return `the gradient of ${model.title} stands in for the attention of DINO ViT-S/16`
  if (!looksLikeDino(model)) return `${model.title} stands in for DINO ViT-S/16`
  if (chosen.layer !== null || chosen.head !== publishedHead)
    return `another layer or head of ${model.title} stands in for the second head of the last layer`
  return null
}

/**
 * The id of the model that masks come from.
 *
 * @throws STUDY_PARAMS where the workspace has none
 */
export function settledModel(db: Db, chosen: SalientParams): number {
  const found = saliencyModelOf(db, chosen)
  if (found) return found.id
  throw new KernelscopeError(
    'STUDY_PARAMS',
    'invalid model: the workspace has no ViT whose attention could be used',
    { hint: 'Add DINO ViT-S/16 (dino_deitsmall16_pretrain.pth), or take gradients.' },
  )
}
