import type { Dataset, Preprocessing } from '#shared/contract/index.ts'
import { croppedKinds } from '#shared/datasetKinds.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'

/** Images looked at to tell whether a dataset has one size. */
const looked = 1000

/** The size of the images, where the ones looked at have but one. */
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
 * The preprocessing for sets whose images are cropped already (ImageNet-C, -P, -9): no resize where they have the model's size;
 * else they are brought to it, with the model's own interpolation. The model's own preprocessing where sizes differ.
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

/** What a condition on the images of a dataset changes in the model's preprocessing; nothing where it is the model's own. */
export function preprocessingChange(
  db: Db,
  datasetId: number,
  model: StoredModel,
): { preprocessing?: Preprocessing } {
  const preprocessing = preprocessingFor(db, datasetId, model)
  return preprocessing === model.preprocessing ? {} : { preprocessing }
}

/** Said of images that are cropped already but have another size than the model takes; null where there is none. */
export function enlargement(db: Db, dataset: Dataset, model: StoredModel): string | null {
  if (!croppedKinds.includes(dataset.recognised)) return null
  const size = onlySize(db, dataset.id)
  const [height, width] = model.preprocessing.size
  if (!size || (size.height === height && size.width === width)) return null
  return `${dataset.title} has images of ${size.height}x${size.width} and ${model.title} takes ${height}x${width}: they are resized (${model.preprocessing.interpolation}, no crop), and accuracies depend on that`
}

/** The preprocessing a model's studies use for the images of a dataset. */
export const preprocessingFor = (db: Db, datasetId: number, model: StoredModel): Preprocessing => {
  const kind = db
    .prepare<[number], Dataset['recognised']>('SELECT recognised FROM dataset WHERE id = ?')
    .pluck()
    .get(datasetId)
  return kind !== undefined && croppedKinds.includes(kind)
    ? croppedPreprocessing(db, datasetId, model)
    : model.preprocessing
}
