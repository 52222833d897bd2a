import type { Db } from '../workspace/index.ts'

/** Where the images of a study come from: all usable images of a dataset, or the selection stored for the study. */
export interface ImageSource {
  datasetId: number
  /** Id of the study whose stored selection is used; null for all images. */
  selectedFor: number | null
  /** Limits the images to a part of the dataset, e.g. "gaussian_noise/3". */
  part?: string
  /** Limits the images to these classes. */
  classes?: readonly string[]
}

/** The images of a study that reads none: no dataset has this id. */
export const noImages: ImageSource = { datasetId: 0, selectedFor: null }

/** Lists the parts of a dataset as sources, or the whole dataset where it has none. */
export function imageSources(db: Db, datasetId: number): ImageSource[] {
  const parts = db
    .prepare<[number], string>('SELECT DISTINCT part FROM image WHERE dataset_id = ? AND part IS NOT NULL')
    .pluck()
    .all(datasetId)
  const whole = { datasetId, selectedFor: null }
  return parts.length === 0 ? [whole] : parts.map((part) => ({ ...whole, part }))
}

export type SqlValue = number | string

/** Returns a text that is equal for equal sources. */
export const sourceKey = ({ datasetId, selectedFor, part, classes }: ImageSource): string =>
  JSON.stringify([datasetId, selectedFor, part ?? null, classes ?? null])

/** Makes something for a source when it is first asked for, and gives it again for equal sources. */
export function bySource<T>(make: (source: ImageSource) => T): (source: ImageSource) => T {
  const made = new Map<string, { value: T }>()
  return (source) => {
    const key = sourceKey(source)
    const known = made.get(key) ?? { value: make(source) }
    made.set(key, known)
    return known.value
  }
}

/**
 * SQL condition for images that can be measured: indexed, readable, with a known class. Binds the id of the dataset.
 */
export const usableSql =
  'i.dataset_id = ? AND i.example_id IS NOT NULL AND i.problem IS NULL AND i.class_idx IS NOT NULL'

/** SQL expression for the name of the true class of `image i`. */
export const classNameSql =
  '(SELECT c.name FROM class c WHERE c.dataset_id = i.dataset_id AND c.idx = i.class_idx)'

function testsOf({ datasetId, part, classes }: ImageSource): { tests: string[]; values: SqlValue[] } {
  const tests = [usableSql]
  const values: SqlValue[] = [datasetId]
  if (part !== undefined) {
    tests.push('i.part = ?')
    values.push(part)
  }
  if (classes !== undefined) {
    tests.push(
      'i.class_idx IN (SELECT idx FROM class WHERE dataset_id = ? AND name IN (SELECT value FROM json_each(?)))',
    )
    values.push(datasetId, JSON.stringify(classes))
  }
  return { tests, values }
}

/** A query over `image i`. `values` are bound by their place in `where`. */
export interface ImageQuery {
  from: string
  where: string
  values: SqlValue[]
}

/** Joins FROM and WHERE of a query. Values of further `joins` are bound by name. */
export const sqlOf = ({ from, where }: Omit<ImageQuery, 'values'>, joins = ''): string =>
  `${from}${joins} WHERE ${where}`

/** Makes the query of a source's images. */
export function imagesOf(source: ImageSource): ImageQuery {
  const { tests, values } = testsOf(source)
  const where = tests.join(' AND ')
  if (source.selectedFor === null) return { from: 'image i', where, values }
  return {
    from: 'study_image si JOIN image i ON i.id = si.image_id',
    where: `si.study_id = ? AND ${where}`,
    values: [source.selectedFor, ...values],
  }
}

/** A query of images that is read page by page. */
export interface OrderedImages extends ImageQuery {
  /** Column of the image id. Pages are ordered by it and continue after it. */
  id: string
  /** An id before the first image. */
  before: number
}

/**
 * Makes the query of a source's images for reading page by page in order of id. It scans the table from the first image
 * to the last; with an index of classes or parts, SQLite would sort all images for every page.
 */
export function imagesInOrder(db: Db, source: ImageSource): OrderedImages {
  if (source.selectedFor !== null) return { ...imagesOf(source), id: 'si.image_id', before: 0 }
  const { tests, values } = testsOf(source)
  const { before, last } = idsOf(db, source)
  return {
    from: 'image i NOT INDEXED',
    where: `${tests.join(' AND ')} AND i.id <= ?`,
    values: [...values, last],
    id: 'i.id',
    before,
  }
}

function idsOf(db: Db, { datasetId, part }: ImageSource): { before: number; last: number } {
  const found = db
    .prepare<SqlValue[], { first: number | null; last: number | null }>(
      `SELECT min(id) AS first, max(id) AS last FROM image WHERE dataset_id = ? ${part === undefined ? '' : 'AND part = ?'}`,
    )
    .get(datasetId, ...(part === undefined ? [] : [part]))
  return { before: (found?.first ?? 1) - 1, last: found?.last ?? 0 }
}
