import type { ImageRow } from '#shared/contract/index.ts'
import { imageRows } from '../datasets/index.ts'
import type { Db } from '../workspace/index.ts'
import { imagesOf, type SqlValue } from './images.ts'
import { cellOf, type Cell } from './rows.ts'

/** Compared with the study's first condition, or the cell's own answers in order of confidence. */
export type FlipDirection = 'lost' | 'gained' | 'both'
export type CellOrder = 'mistakes' | 'surest' | 'unsurest'

export interface CellImages {
  rows: ImageRow[]
  next: number | null
  total: number
  /** Images the baseline was measured on too. */
  compared: number
}

const flipTest: Record<FlipDirection, string> = {
  lost: 'b.correct = 1 AND p.correct = 0',
  gained: 'b.correct = 0 AND p.correct = 1',
  both: 'b.correct <> p.correct',
}

const isFlip = (direction: FlipDirection | CellOrder): direction is FlipDirection => direction in flipTest

/** Images of a cell, page by page: `after` is the last image of the page before. */
export function cellImages(
  db: Db,
  studyId: number,
  modelId: number,
  key: string,
  direction: FlipDirection | CellOrder,
  after: number | null,
  limit: number,
): CellImages {
  const cell = cellOf(db, studyId, modelId, key)
  const { ids, total } = isFlip(direction)
    ? flips(db, cell, flipTest[direction], after, limit)
    : ordered(db, cell, direction, after, limit)
  const next = ids.length > limit ? (ids[limit - 1] ?? null) : null
  return {
    rows: imageRows(db, ids.slice(0, limit)),
    next,
    total,
    compared: cell.stored === cell.baseline ? 0 : flips(db, cell, '1', null, 0).total,
  }
}

/** Images both cells have facts for and whose outcomes pass a test, in order of image id. */
function flips(
  db: Db,
  { source, variantId, stored, baseline, baselineVariantId }: Cell,
  test: string,
  after: number | null,
  limit: number,
): { ids: number[]; total: number } {
  const { sql, values } = imagesOf(source)
  const clean = baseline.parts[0]?.conditionId ?? -1
  const ids: number[] = []
  let total = 0
  for (const { conditionId, from, to } of stored.parts) {
    const found = `FROM ${sql.replace(
      ' WHERE ',
      ` JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id
        JOIN prediction b ON b.variant_id = ? AND b.condition_id = ? AND b.subject_id = i.subject_id WHERE `,
    )} AND ${test} AND i.id BETWEEN ? AND ?`
    const bound = [variantId, conditionId, baselineVariantId, clean, ...values, from, to]
    total += Number(
      db
        .prepare(`SELECT count(*) ${found}`)
        .pluck()
        .get(...bound),
    )
    if (ids.length > limit || limit === 0) continue
    ids.push(
      ...db
        .prepare<SqlValue[], number>(`SELECT i.id ${found} AND i.id > ? ORDER BY i.id LIMIT ?`)
        .pluck()
        .all(...bound, after ?? 0, limit + 1 - ids.length),
    )
  }
  return { ids, total }
}

/** Measured images by confidence; of a condition drawn per group, whose parts cannot be put in one order, the first part. */
function ordered(
  db: Db,
  { source, variantId, stored }: Cell,
  order: CellOrder,
  after: number | null,
  limit: number,
): { ids: number[]; total: number } {
  const { sql, values } = imagesOf(source)
  const conditionId = stored.parts[0]?.conditionId ?? -1
  const found = `FROM ${sql.replace(
    ' WHERE ',
    ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ',
  )} ${order === 'mistakes' ? 'AND p.correct = 0' : ''}`
  const bound = [variantId, conditionId, ...values]
  const total = Number(
    db
      .prepare(`SELECT count(*) ${found}`)
      .pluck()
      .get(...bound),
  )
  const [sign, way] = order === 'unsurest' ? ['>', 'ASC'] : ['<', 'DESC']
  const last = `(SELECT q.confidence FROM prediction q JOIN image j ON j.subject_id = q.subject_id
    WHERE j.id = ? AND q.variant_id = ? AND q.condition_id = ?)`
  const beyond =
    after === null ? '' : `AND (p.confidence ${sign} ${last} OR (p.confidence = ${last} AND i.id > ?))`
  const place = after === null ? [] : [after, variantId, conditionId, after, variantId, conditionId, after]
  const ids = db
    .prepare<SqlValue[], number>(`SELECT i.id ${found} ${beyond} ORDER BY p.confidence ${way}, i.id LIMIT ?`)
    .pluck()
    .all(...bound, ...place, limit + 1)
  return { ids, total }
}
