import type { Dataset, Preprocessing, PreprocessingChange } from '#shared/contract/index.ts'
import { borderOf, croppedKinds } from '#shared/datasetKinds.ts'
import { withChange } from '#shared/preprocessingChange.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import type { Db } from '../workspace/index.ts'
import { imagenet9Variations } from './kinds/imagenet9.ts'

/** A model, or anything else with a preprocessing. */
interface Prepared {
  preprocessing: Preprocessing
}

/** How many images are checked to see whether a dataset has one size. */
const looked = 1000

/** The size [pixels] that all checked images of a dataset have; null where sizes differ. */
export function imageSize(db: Db, datasetId: number): { height: number; width: number } | null {
  const sizes = db
    .prepare<[number, number], { height: number; width: number }>(
      `SELECT DISTINCT height, width FROM (SELECT height, width FROM image
       WHERE dataset_id = ? AND example_id IS NOT NULL ORDER BY class_idx, id LIMIT ?)`,
    )
    .all(datasetId, looked)
  return sizes.length === 1 ? (sizes[0] ?? null) : null
}

const kindOf = (db: Db, datasetId: number): Dataset['recognised'] | undefined =>
  db
    .prepare<[number], Dataset['recognised']>('SELECT recognised FROM dataset WHERE id = ?')
    .pluck()
    .get(datasetId)

/**
 * Whether the images of a dataset are cropped already: by its kind, or because a CSV names parts of ImageNet-C or
 * variations of ImageNet-9.
 */
function isCropped(db: Db, datasetId: number): boolean {
  const kind = kindOf(db, datasetId)
  if (kind === undefined || croppedKinds.includes(kind)) return kind !== undefined
  if (kind !== 'csv') return false
  const parts = db
    .prepare<[number], string>('SELECT DISTINCT part FROM image WHERE dataset_id = ? AND part IS NOT NULL')
    .pluck()
    .all(datasetId)
  return (
    parts.some((part) => imagenetC19.some((name) => part.startsWith(`${name}/`))) ||
    parts.filter((part) => imagenet9Variations.some((name) => name === part)).length > 1
  )
}

/**
 * Returns the preprocessing of a model for the images of a dataset. It is the one that every study, page and picture
 * uses, so that a model has one accuracy on a dataset.
 *
 * Images that are cropped already (ImageNet-C, -P, -9, CIFAR) are not cropped again: those of the model's size are not
 * resized, others are resized to it with the model's interpolation. Everywhere else, and where the images of such a
 * dataset differ in size, it is the model's own preprocessing. Images with a border (ObjectNet) lose it first.
 */
export function preprocessingFor(db: Db, datasetId: number, { preprocessing }: Prepared): Preprocessing {
  const kind = kindOf(db, datasetId)
  const border = kind === undefined ? 0 : borderOf(kind)
  if (border > 0)
    return preprocessing.resize === 'none'
      ? { ...preprocessing, resize: 'squash', border }
      : { ...preprocessing, border }
  const size = isCropped(db, datasetId) ? imageSize(db, datasetId) : null
  if (!size) return preprocessing
  const [height, width] = preprocessing.size
  const resize = size.height === height && size.width === width ? 'none' : 'squash'
  if (preprocessing.resize === resize && preprocessing.resizeTo === null) return preprocessing
  return { ...preprocessing, resize, resizeTo: null }
}

/**
 * Returns a model with the preprocessing that it has for the images of a dataset.
 *
 * @param change what a study changes of it. Images that are not resized are not interpolated, so there the model's own
 *   interpolation stays in the key of facts
 */
export function modelFor<Model extends Prepared>(
  db: Db,
  datasetId: number,
  model: Model,
  change: PreprocessingChange = {},
): Model {
  const { interpolation } = model.preprocessing
  const shown = preprocessingFor(db, datasetId, { preprocessing: withChange(model.preprocessing, change) })
  return { ...model, preprocessing: shown.resize === 'none' ? { ...shown, interpolation } : shown }
}

/** Whether all checked images of a dataset have a size [height, width]. */
export function haveSize(db: Db, datasetId: number, [height, width]: readonly [number, number]): boolean {
  const size = imageSize(db, datasetId)
  return size !== null && size.height === height && size.width === width
}

/** Whether the images of a dataset are shown as they are, whatever their shape: they are cropped already. */
export const isShownWhole = (db: Db, datasetId: number): boolean => isCropped(db, datasetId)

/** A warning where images are cropped already but their size is not the model's; null otherwise. */
export function enlargement(db: Db, dataset: Dataset, model: Prepared & { title: string }): string | null {
  const size = isCropped(db, dataset.id) ? imageSize(db, dataset.id) : null
  const [height, width] = model.preprocessing.size
  if (!size || (size.height === height && size.width === width)) return null
  return `${dataset.title} has images of ${size.height}x${size.width} and ${model.title} takes ${height}x${width}: they are resized (${model.preprocessing.interpolation}, no crop), and accuracies depend on that`
}
