import type { Db } from '../workspace/index.ts'

/** Where a study's images come from: all usable images of the dataset, or the ones stored for it. */
export interface ImageSource {
  datasetId: number
  /** Study whose stored selection is meant; null = all. */
  selectedFor: number | null
  /** Only this part of the dataset, e.g. "gaussian_noise/3". */
  part?: string
  /** Only images of these classes. */
  classes?: readonly string[]
}

export type SqlValue = number | string

/** Text that is equal for equal sources. */
export const sourceKey = ({ datasetId, selectedFor, part, classes }: ImageSource): string =>
  JSON.stringify([datasetId, selectedFor, part ?? null, classes ?? null])

/** An image that can be measured: indexed, readable, of a known class. */
export const usableSql =
  'i.dataset_id = ? AND i.example_id IS NOT NULL AND i.problem IS NULL AND i.class_idx IS NOT NULL'

/** Name of the true class of `image i`. */
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

/** A query over `image i`, its values by place in `where`. */
export interface ImageQuery {
  from: string
  where: string
  values: SqlValue[]
}

/** FROM and WHERE of a query, with further tables joined to `i`; their values go by name. */
export const sqlOf = ({ from, where }: Omit<ImageQuery, 'values'>, joins = ''): string =>
  `${from}${joins} WHERE ${where}`

/** The images of a source. */
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

/** As `imagesOf`, for reading page by page. */
export interface OrderedImages extends ImageQuery {
  /** Column of the image's id, to continue after and to order by. */
  id: string
  /** An id before the first image. */
  before: number
}

/**
 * As `imagesOf`, for reading in order of id page by page: goes along the table from the first image to the last. By an
 * index of classes or parts, all images would be sorted anew for every page.
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

export function countImages(db: Db, source: ImageSource): number {
  const images = imagesOf(source)
  return Number(
    db
      .prepare(`SELECT count(*) FROM ${sqlOf(images)}`)
      .pluck()
      .get(...images.values),
  )
}
