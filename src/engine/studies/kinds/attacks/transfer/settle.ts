import { KernelscopeError } from '#shared/errors.ts'
import { getModel, listModels } from '../../../../models/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { TransferParams } from './params.ts'
import { surrogatesByFamily } from './surrogate.ts'

/**
 * Names the surrogates that were left out.
 *
 * @throws MODEL_NOT_FOUND where a named one is not in the workspace, or the workspace has no model
 * @throws STUDY_PARAMS where a surrogate by family is left out and the workspace has none
 */
export function settled(chosen: TransferParams, db: Db): TransferParams {
  if (chosen.surrogate !== null) getModel(db, chosen.surrogate)
  if (chosen.surrogates === 'one') {
    if (chosen.surrogate !== null) return { ...chosen, otherSurrogate: null }
    const [first] = listModels(db)
    if (!first)
      throw new KernelscopeError('MODEL_NOT_FOUND', 'the workspace has no model to serve as surrogate')
    return { ...chosen, surrogate: first.id, otherSurrogate: null }
  }
  if (chosen.otherSurrogate !== null) getModel(db, chosen.otherSurrogate)
  const { forOthers, forTransformers } = surrogatesByFamily(listModels(db))
  return {
    ...chosen,
    surrogate: chosen.surrogate ?? needed(forOthers?.id, 'surrogate', 'no ViT'),
    otherSurrogate:
      chosen.otherSurrogate ??
      needed(forTransformers?.id, 'otherSurrogate', 'no model with depthwise kernels'),
  }
}

function needed(id: number | undefined, param: string, lacks: string): number {
  if (id !== undefined) return id
  throw new KernelscopeError('STUDY_PARAMS', `invalid ${param}: the workspace has ${lacks}`, {
    hint: 'Add one, or name the model whose gradient makes the images.',
  })
}
