import type { Db } from '../workspace/index.ts'
import { imagesInOrder, sqlOf, type ImageSource, type SqlValue } from './images.ts'

/** Facts at one place of a study's axis: of a variant under a condition, for the images between two ids. */
export interface SummaryCell {
  model: number
  /** Number of the condition. Models are compared within equal numbers. */
  column: number
  /** Value on the axis; null where the condition has none. */
  x: number | null
  variant: number
  condition: number
  from: number
  to: number
}

/** The summary of an image over all cells. An image without facts has no summary. */
export interface ImageSummary {
  image: number
  /** The lowest x at which more than half of a model's facts are wrong; null where there is none. */
  failsAt: number | null
  /** Ids of the models that fail at `failsAt`, as a JSON list. */
  failing: string
  /**
   * Share of pairs of models of which one is right and one is wrong, in [0, 1], averaged over columns; null without
   * pairs.
   */
  disagreement: number | null
}

/** Images in one query. */
const page = 100

/** Yields the summaries of a source's images page by page, in order of id. A page may be empty. */
export function* imageSummaries(
  db: Db,
  source: ImageSource,
  cells: readonly SummaryCell[],
): Generator<ImageSummary[]> {
  const { id, before, values, ...images } = imagesInOrder(db, source)
  const chosen = `FROM ${sqlOf(images)} AND ${id} > ? ORDER BY ${id} LIMIT ${page}`
  const select = db.prepare<SqlValue[], ImageSummary>(summarySql(chosen))
  const last = db.prepare<SqlValue[], number | null>(`SELECT max(id) FROM (SELECT i.id ${chosen})`).pluck()
  for (let after = before; ;) {
    const end = last.get(...values, after)
    if (end === null || end === undefined) return
    yield select.all(JSON.stringify(cells), ...values, after)
    after = end
  }
}

const summarySql = (images: string) => `
  WITH cell AS MATERIALIZED (
    SELECT value ->> 'model' AS model, value ->> 'column' AS col, value ->> 'x' AS x, value ->> 'variant' AS variant,
      value ->> 'condition' AS condition, value ->> 'from' AS first, value ->> 'to' AS last
    FROM json_each(?)
  ),
  fact AS MATERIALIZED (
    SELECT i.id AS image, cell.model, cell.col, cell.x, p.correct
    FROM (SELECT i.id, i.example_id ${images}) i
    CROSS JOIN cell ON i.id BETWEEN cell.first AND cell.last
    CROSS JOIN prediction p ON p.variant_id = cell.variant AND p.condition_id = cell.condition AND p.example_id = i.example_id
    WHERE p.correct IS NOT NULL
  ),
  failing AS (
    SELECT image, model, min(x) AS x FROM (
      SELECT image, model, x FROM fact WHERE x IS NOT NULL GROUP BY image, model, x HAVING 2 * sum(correct) < count(*)
    ) GROUP BY image, model
  ),
  pairs AS (
    SELECT image, 2.0 * sum(correct) * (count(*) - sum(correct)) / (count(*) * (count(*) - 1)) AS share
    FROM fact GROUP BY image, col HAVING count(*) > 1
  )
  SELECT f.image,
    (SELECT min(x) FROM failing WHERE image = f.image) AS failsAt,
    (SELECT json_group_array(model) FROM failing a WHERE a.image = f.image
       AND a.x = (SELECT min(x) FROM failing WHERE image = f.image)) AS failing,
    (SELECT avg(share) FROM pairs WHERE image = f.image) AS disagreement
  FROM (SELECT DISTINCT image FROM fact) f`
