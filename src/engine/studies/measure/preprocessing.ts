import type { Dataset, Preprocessing } from '#shared/contract/index.ts'
import { croppedKinds } from '#shared/datasetKinds.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'

/** How many images are checked to see whether a dataset has one size. */
const looked = 1000

/** The size [pixels] that all checked images of a dataset have; null where sizes differ. */
function onlySize(db: Db, datasetId: number): { height: number; width: number } | null {
  const sizes = db
    .prepare<[number, number], { height: number; width: number }>(
      `SELECT DISTINCT height, width FROM (SELECT height, width FROM image
       WHERE dataset_id = ? AND example_id IS NOT NULL ORDER BY id LIMIT ?)`,
    )
    .all(datasetId, looked)
  return sizes.length === 1 ? (sizes[0] ?? null) : null
}

/**
 * Returns the preprocessing for datasets whose images are cropped already (ImageNet-C, -P, -9). Images of the
 * model's size are not resized; images of another size are resized to it, with the model's interpolation.
 * Where the images differ in size, it is the model's own preprocessing.
 */
export function croppedPreprocessing(
  db: Db,
  datasetId: number,
  { preprocessing }: StoredModel,
): Preprocessing {
  const size = onlySize(db, datasetId)
  if (!size) return preprocessing
  const [height, width] = preprocessing.size
  const same = size.height === height && size.width === width
  if (same && preprocessing.resize === 'none') return preprocessing
  return { ...preprocessing, resize: same ? 'none' : 'squash', resizeTo: null }
}

/** Returns the preprocessing of a condition on the images of a dataset; empty where it is the model's own. */
export function preprocessingChange(
  db: Db,
  datasetId: number,
  model: StoredModel,
): { preprocessing?: Preprocessing } {
  const preprocessing = preprocessingFor(db, datasetId, model)
  return preprocessing === model.preprocessing ? {} : { preprocessing }
}

/** A warning where images are cropped already but their size is not the model's; null otherwise. */
export function enlargement(db: Db, dataset: Dataset, model: StoredModel): string | null {
  if (!croppedKinds.includes(dataset.recognised)) return null
  const size = onlySize(db, dataset.id)
  const [height, width] = model.preprocessing.size
  if (!size || (size.height === height && size.width === width)) return null
  return `${dataset.title} has images of ${size.height}x${size.width} and ${model.title} takes ${height}x${width}: they are resized (${model.preprocessing.interpolation}, no crop), and accuracies depend on that`
}

/** Returns the preprocessing that a model's studies use for the images of a dataset. */
export const preprocessingFor = (db: Db, datasetId: number, model: StoredModel): Preprocessing => {
  const kind = db
    .prepare<[number], Dataset['recognised']>('SELECT recognised FROM dataset WHERE id = ?')
    .pluck()
    .get(datasetId)
  return kind !== undefined && croppedKinds.includes(kind)
    ? croppedPreprocessing(db, datasetId, model)
    : model.preprocessing
}
