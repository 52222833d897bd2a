import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyPlan } from '../store/plan.ts'
import { currentVariants, imagesInOrder, settingOf, type SqlValue } from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** Images summed up per turn of the event loop. */
const perTurn = 100

/** A cell of the grid as SQL sees it: facts of these images count at this place of the axis. */
interface Cell {
  model: number
  /** Conditions that models share, by number: they are compared within one. */
  column: number
  /** Place on the axis; null where the condition has none. */
  x: number | null
  variant: number
  condition: number
  from: number
  to: number
}

function cellsOf(db: Db, { definition, study, models }: StudyPlan): Cell[] {
  const columns = new Map<string, number>()
  const numberOf = (key: string) => {
    const known = columns.get(key) ?? columns.size
    columns.set(key, known)
    return known
  }
  return models.flatMap(({ model, conditions }) => {
    const variants = currentVariants(db, model)
    return conditions.flatMap((stored): Cell[] => {
      const { condition, parts } = stored
      const variant = variants(condition.rewrite ?? noRewrite, settingOf(stored))?.id
      if (variant === undefined) return []
      const { axis } = definition
      const x = axis?.hardens?.(condition.params, study.params)
        ? axis.of(condition.params, study.params)
        : null
      const shared = { model: model.id, column: numberOf(condition.key), x, variant }
      return parts.map(({ conditionId, from, to }) => ({ ...shared, condition: conditionId, from, to }))
    })
  })
}

/**
 * For each image between two ids: the lowest x at which most facts of a model are wrong, the models of which that
 * holds there, and the disagreement of the models. An image without facts has no row.
 */
const summarySql = (images: string, id: string) => `
  WITH cell AS MATERIALIZED (
    SELECT value ->> 'model' AS model, value ->> 'column' AS col, value ->> 'x' AS x, value ->> 'variant' AS variant,
      value ->> 'condition' AS condition, value ->> 'from' AS first, value ->> 'to' AS last
    FROM json_each(?)
  ),
  fact AS MATERIALIZED (
    SELECT i.id AS image, cell.model, cell.col, cell.x, p.correct
    FROM (SELECT i.id, i.subject_id FROM ${images} AND ${id} > ? ORDER BY ${id} LIMIT ${perTurn}) i
    CROSS JOIN cell ON i.id BETWEEN cell.first AND cell.last
    CROSS JOIN prediction p ON p.variant_id = cell.variant AND p.condition_id = cell.condition AND p.subject_id = i.subject_id
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

interface Row {
  image: number
  failsAt: number | null
  failing: string
  disagreement: number | null
}

/**
 * Sums the images of a study up into `study_summary`, unless the same facts were summed up before. In turns, so that
 * nothing waits for long.
 */
export async function summarise(db: Db, plan: StudyPlan): Promise<void> {
  const { study, source } = plan
  const cells = cellsOf(db, plan)
  const { job } = study
  const stamp = JSON.stringify([cells, job?.id ?? null, job?.state ?? null, job?.progress.done ?? null])
  const known = db
    .prepare<[number], string>('SELECT stamp FROM study_summary_stamp WHERE study_id = ?')
    .pluck()
    .get(study.id)
  if (known === stamp) return
  const { sql, values, id, before } = imagesInOrder(db, source)
  const select = db.prepare<SqlValue[], Row>(summarySql(sql, id))
  const last = db
    .prepare<SqlValue[], number | null>(
      `SELECT max(id) FROM (SELECT i.id FROM ${sql} AND ${id} > ? ORDER BY ${id} LIMIT ${perTurn})`,
    )
    .pluck()
  const insert = db.prepare(
    'INSERT OR REPLACE INTO study_summary (study_id, image_id, fails_at, failing, disagreement) VALUES (?, ?, ?, ?, ?)',
  )
  db.prepare('DELETE FROM study_summary_stamp WHERE study_id = ?').run(study.id)
  db.prepare('DELETE FROM study_summary WHERE study_id = ?').run(study.id)
  const store = db.transaction((rows: Row[]) => {
    for (const { image, failsAt, failing, disagreement } of rows)
      insert.run(study.id, image, failsAt ?? never, failing, disagreement ?? unknown)
  })
  for (let after = before; ;) {
    const end = last.get(...values, after)
    if (end === null || end === undefined) break
    store(select.all(JSON.stringify(cells), ...values, after))
    after = end
    await nextTurn()
  }
  db.prepare('INSERT OR REPLACE INTO study_summary_stamp (study_id, stamp) VALUES (?, ?)').run(
    study.id,
    stamp,
  )
}

/** Stands for "fails nowhere" behind every place of an axis, and for "nothing to compare" behind every share. */
export const never = 1e308
export const unknown = -1
