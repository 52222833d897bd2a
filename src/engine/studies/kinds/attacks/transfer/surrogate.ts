import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import type { StoredModel } from '../../../../models/index.ts'

/** Adversarial images have the surrogate's size: shown as they are, squeezed to another size, or, as published, resized and cropped again. */
export function preprocessingOfTransfer(
  model: StoredModel,
  surrogate: StoredModel,
  secondResize: boolean,
): Preprocessing {
  if (secondResize) return model.preprocessing
  const [height, width] = model.preprocessing.size
  const same = height === surrogate.preprocessing.size[0] && width === surrogate.preprocessing.size[1]
  return { ...model.preprocessing, resize: same ? 'none' : 'squash', resizeTo: null }
}

/** Names what of a surrogate's setup its adversarial images depend on besides its file, and can be edited: preprocessing and labels. */
export const setupOf = ({ preprocessing, labels }: Pick<StoredModel, 'preprocessing' | 'labels'>): string =>
  createHash('sha256').update(canonicalJson({ preprocessing, labels })).digest('hex').slice(0, 32)

/** The part of an attack that names its surrogate. */
export const surrogateOf = (model: StoredModel) => ({ surrogate: model.digest, setup: setupOf(model) })
