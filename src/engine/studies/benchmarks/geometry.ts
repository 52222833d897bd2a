import type { Dataset, Preprocessing } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'

/** Images looked at to tell whether a dataset has one size. */
const looked = 1000

/**
 * The recipe for sets whose images are cropped already (ImageNet-C, -P, -9): no resize where they have the model's size;
 * else they are brought to it, with the model's own interpolation. The model's own recipe where sizes differ.
 */
export function asTheyAre(db: Db, datasetId: number, { preprocessing }: StoredModel): Preprocessing {
  const sizes = db
    .prepare<[number, number], { height: number; width: number }>(
      `SELECT DISTINCT height, width FROM (SELECT height, width FROM image
       WHERE dataset_id = ? AND subject_id IS NOT NULL ORDER BY id LIMIT ?)`,
    )
    .all(datasetId, looked)
  const [size] = sizes
  if (sizes.length !== 1 || !size) return preprocessing
  const [height, width] = preprocessing.size
  const same = size.height === height && size.width === width
  if (same && preprocessing.resize === 'none') return preprocessing
  return { ...preprocessing, resize: same ? 'none' : 'squash', resizeTo: null }
}

const cropped: readonly Dataset['recognised'][] = [
  'imagenet-c',
  'imagenet-p',
  'imagenet-9',
  'cifar-10-c',
  'cifar-100-c',
]

/** The recipe a model's studies use for the images of a dataset. */
export const recipeFor = (db: Db, datasetId: number, model: StoredModel): Preprocessing => {
  const kind = db
    .prepare<[number], Dataset['recognised']>('SELECT recognised FROM dataset WHERE id = ?')
    .pluck()
    .get(datasetId)
  return kind !== undefined && cropped.includes(kind) ? asTheyAre(db, datasetId, model) : model.preprocessing
}
