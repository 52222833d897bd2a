import { KernelscopeError } from '#shared/errors.ts'
import { getModel, listModels, type StoredModel } from '../../../../models/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { TransferParams } from './params.ts'
import { surrogateIdFor, surrogatesByFamily } from './surrogate.ts'

/** The surrogates that a study has or would get, for the models that they serve; none where the workspace lacks one. */
export const surrogatesOf = (chosen: TransferParams, models: readonly StoredModel[], db: Db): number[] => {
  const named = { ...chosen, ...foundFor(chosen, db) }
  return [...new Set(models.map((model) => surrogateIdFor(named, model)))].filter((id) => id !== null)
}

type Surrogates = Pick<TransferParams, 'surrogate' | 'otherSurrogate'>

/** The surrogates that are named, and else those of the workspace. */
function foundFor({ surrogates, surrogate, otherSurrogate }: TransferParams, db: Db): Surrogates {
  const models = listModels(db)
  if (surrogates === 'one') return { surrogate: surrogate ?? models[0]?.id ?? null, otherSurrogate: null }
  const { forOthers, forTransformers } = surrogatesByFamily(models)
  return {
    surrogate: surrogate ?? forOthers?.id ?? null,
    otherSurrogate: otherSurrogate ?? forTransformers?.id ?? null,
  }
}

/**
 * Names the surrogates that were left out.
 *
 * @throws MODEL_NOT_FOUND where a named one is not in the workspace, or the workspace has no model
 * @throws STUDY_PARAMS where a surrogate by family is left out and the workspace has none
 */
export function settled(chosen: TransferParams, db: Db): TransferParams {
  if (chosen.surrogate !== null) getModel(db, chosen.surrogate)
  const found = foundFor(chosen, db)
  if (chosen.surrogates === 'one') {
    if (found.surrogate === null)
      throw new KernelscopeError('MODEL_NOT_FOUND', 'the workspace has no model to serve as surrogate')
    return { ...chosen, ...found }
  }
  if (chosen.otherSurrogate !== null) getModel(db, chosen.otherSurrogate)
  return {
    ...chosen,
    surrogate: needed(found.surrogate, 'surrogate', 'no ViT'),
    otherSurrogate: needed(found.otherSurrogate, 'otherSurrogate', 'no model with depthwise kernels'),
  }
}

function needed(id: number | null, param: string, lacks: string): number {
  if (id !== null) return id
  throw new KernelscopeError('STUDY_PARAMS', `invalid ${param}: the workspace has ${lacks}`, {
    hint: 'Add one, or name the model whose gradient makes the images.',
  })
}
