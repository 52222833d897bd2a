import type { CellImages, CellImagesInput, CellOrder } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { imageRows } from '../../datasets/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import { pointImages } from './pointImages.ts'
import { cellOf, type Cell } from './rows.ts'
import { imagesOf, type SqlValue } from '../../facts/index.ts'

/** Compared with the study's first condition, or the cell's own answers in order of confidence. */
type FlipDirection = 'lost' | 'gained' | 'both'
type ConfidenceOrder = 'mistakes' | 'surest' | 'unsurest'

const flipTest: Record<FlipDirection, string> = {
  lost: 'b.correct = 1 AND p.correct = 0',
  gained: 'b.correct = 0 AND p.correct = 1',
  both: 'b.correct <> p.correct',
}

const isFlip = (direction: CellOrder): direction is FlipDirection => direction in flipTest
const isPointOrder = (direction: CellOrder) => direction === 'largest' || direction === 'smallest'

/**
 * Images behind a cell or a point, page by page: `after` is the last image of the page before. Throws STUDY_PARAMS for a
 * key or an order that it does not have.
 */
export async function cellImages(workspace: Workspace, input: CellImagesInput): Promise<CellImages> {
  const { db } = workspace
  const plan = planStudy(db, input.id, false)
  const isCondition = plan.models.some(({ conditions }) =>
    conditions.some(({ condition }) => condition.key === input.key),
  )
  if (plan.definition.point && !isCondition) return pointImages(workspace, plan, input)
  const { modelId, key, direction, after, limit } = input
  if (isPointOrder(direction))
    throw new KernelscopeError('STUDY_PARAMS', `a condition has no order ${direction}`, {
      hint: 'Its images are listed as lost, gained, both, mistakes, surest or unsurest.',
    })
  const cell = cellOf(db, input.id, modelId, key)
  const { ids, total } = isFlip(direction)
    ? flips(db, cell, flipTest[direction], after, limit)
    : ordered(db, cell, direction, after, limit)
  const next = ids.length > limit ? (ids[limit - 1] ?? null) : null
  return {
    rows: imageRows(db, ids.slice(0, limit)).map((row) => ({ ...row, value: null })),
    next,
    total,
    compared: cell.stored === cell.baseline ? 0 : flips(db, cell, '1', null, 0).total,
    point: null,
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
  order: ConfidenceOrder,
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
