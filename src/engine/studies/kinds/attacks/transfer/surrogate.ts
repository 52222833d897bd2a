import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import type { Preprocessing, PreprocessingChange } from '#shared/contract/index.ts'
import { statistics, valuesOf } from '#shared/statistics.ts'
import { modelFor } from '../../../../datasets/index.ts'
import { getModel, type StoredModel } from '../../../../models/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { TransferParams } from './params.ts'

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

/**
 * How the published script prepares the images that it attacks: squashed to 256 x 256 for a crop of 224, bilinear, with
 * ImageNet's mean and deviation for every surrogate (LKRobust TAIG_attack.py).
 */
export const squashed: PreprocessingChange = {
  resize: 'squashCrop',
  crop: 0.875,
  interpolation: 'bilinear',
  ...valuesOf(statistics.imagenet),
}

/** The preprocessings that a surrogate of a study may have, as changes of its own: those of the study, and the published one. */
export const surrogateChanges = (
  preprocessings: readonly PreprocessingChange[] = [],
): readonly PreprocessingChange[] => [{}, ...preprocessings, squashed]

type Target = Pick<StoredModel, 'family'>

const isTransformer = ({ family }: Target) => family === 'ViT' || family === 'Swin'

/** The id of the surrogate whose images a model gets; null before it was settled. */
export const surrogateIdFor = (
  { surrogates, surrogate, otherSurrogate }: TransferParams,
  target: Target,
): number | null => (surrogates === 'by-family' && isTransformer(target) ? otherSurrogate : surrogate)

/** A surrogate with the preprocessing that it has for the images of a dataset. */
export const preparedSurrogate = (
  db: Db,
  datasetId: number,
  model: StoredModel,
  { made }: TransferParams,
): StoredModel => modelFor(db, datasetId, model, made === 'published' ? squashed : {})

/** The surrogate whose images a model gets, as `preparedSurrogate`; null before it was settled. */
export function surrogateFor(
  db: Db,
  datasetId: number,
  chosen: TransferParams,
  target: Target,
): StoredModel | null {
  const id = surrogateIdFor(chosen, target)
  return id === null ? null : preparedSurrogate(db, datasetId, getModel(db, id), chosen)
}

/** Parameters of ViT-B/16 and of RepLKNet-31B, in millions: the surrogates of Table 4. */
const published = { ViT: 86.6, RepLKNet: 79.7 }

/**
 * The surrogates of Table 4 in a workspace: for transformers a RepLKNet, or else the model with the largest depthwise
 * kernels, and for all others a ViT; of several the one nearest to the published size. null where there is none.
 */
export function surrogatesByFamily(models: readonly StoredModel[]): {
  forOthers: StoredModel | null
  forTransformers: StoredModel | null
} {
  const classifiers = models.filter(({ role }) => role === 'classifier')
  const nearest = (family: keyof typeof published) =>
    classifiers
      .filter((model) => model.family === family)
      .sort(
        (a, b) =>
          Math.abs(a.parameters / 1e6 - published[family]) - Math.abs(b.parameters / 1e6 - published[family]),
      )[0]
  const largest = classifiers
    .filter(({ largestKernel, family }) => largestKernel !== null && !isTransformer({ family }))
    .sort((a, b) => (b.largestKernel ?? 0) - (a.largestKernel ?? 0))[0]
  return { forOthers: nearest('ViT') ?? null, forTransformers: nearest('RepLKNet') ?? largest ?? null }
}
