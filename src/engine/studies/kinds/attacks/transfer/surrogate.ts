import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import type { Preprocessing } from '#shared/contract/index.ts'
import type { StoredModel } from '../../../../models/index.ts'

/**
 * The preprocessing of adversarial images, which have the surrogate's size. Images of the model's size stay
 * unchanged; others are squashed to it. With `secondResize`, as published, they are resized and cropped
 * again.
 */
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

/**
 * Names the setup of a surrogate that its adversarial images depend on, besides its file: preprocessing and
 * labels. 32 hex digits.
 */
export const setupOf = ({ preprocessing, labels }: Pick<StoredModel, 'preprocessing' | 'labels'>): string =>
  createHash('sha256').update(canonicalJson({ preprocessing, labels })).digest('hex').slice(0, 32)

/** The part of an attack that names its surrogate. */
export const surrogateOf = (model: StoredModel) => ({ surrogate: model.digest, setup: setupOf(model) })
