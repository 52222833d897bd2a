import type { Preprocessing } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'

/** Adversarial images have the surrogate's size: shown as they are, squeezed to another size, or, as published, resized and cropped again. */
export function recipeFor(model: StoredModel, surrogate: StoredModel, secondResize: boolean): Preprocessing {
  if (secondResize) return model.preprocessing
  const [height, width] = model.preprocessing.size
  const same = height === surrogate.preprocessing.size[0] && width === surrogate.preprocessing.size[1]
  return { ...model.preprocessing, resize: same ? 'none' : 'squash', resizeTo: null }
}
