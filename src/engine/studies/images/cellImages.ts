import type { CellImages, CellImagesInput, CellOrder } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { imageRows } from '../../datasets/index.ts'
import type { Db, WorkspaceFiles } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import { pointImages } from './pointImages.ts'
import { cellOf, type StudyCell } from './rows.ts'
import { byConfidence, type ConfidenceOrder, type Flip, flips, isFlip } from '../../facts/index.ts'

const isPointOrder = (direction: CellOrder) => direction === 'largest' || direction === 'smallest'

/**
 * Lists the images behind a cell or a point, page by page. `after` is the last image of the page before.
 *
 * @throws STUDY_PARAMS where the study has no such key or order
 * @throws MODEL_NOT_FOUND where the model is not one of the study
 */
export async function cellImages(workspace: WorkspaceFiles, input: CellImagesInput): Promise<CellImages> {
  const { db } = workspace
  const plan = planStudy(db, input.id)
  const isCondition = plan.models.some(({ conditions }) =>
    conditions.some(({ condition }) => condition.key === input.key),
  )
  if (plan.definition.point && !isCondition) return pointImages(workspace, plan, input)
  const { modelId, key, direction, after, limit } = input
  if (isPointOrder(direction))
    throw new KernelscopeError('STUDY_PARAMS', `a condition has no order ${direction}`, {
      hint: 'Its images are listed as lost, gained, both, mistakes, mostConfident or leastConfident.',
    })
  const cell = cellOf(db, input.id, modelId, key)
  const { ids, total } = isFlip(direction)
    ? flipped(db, cell, direction, after, limit)
    : ordered(db, cell, direction, after, limit)
  const next = ids.length > limit ? (ids[limit - 1] ?? null) : null
  return {
    rows: imageRows(db, ids.slice(0, limit)).map((row) => ({ ...row, value: null })),
    next,
    total,
    compared: cell.stored === cell.baseline ? 0 : flipped(db, cell, null, null, 0).total,
    point: null,
  }
}

/**
 * Finds the images that have a fact in both cells and fit `flip` (null = all of them), in order of image id.
 */
function flipped(
  db: Db,
  { variantId, stored, baseline, baselineVariantId }: StudyCell,
  flip: Flip | null,
  after: number | null,
  limit: number,
): { ids: number[]; total: number } {
  const { count, list } = flips(db, stored.source, flip)
  const before = { variantId: baselineVariantId, conditionId: baseline.parts[0]?.conditionId ?? null }
  const ids: number[] = []
  let total = 0
  for (const part of stored.parts) {
    const now = { variantId, ...part }
    total += count(now, before)
    if (ids.length > limit || limit === 0) continue
    ids.push(...list(now, before, after, limit + 1 - ids.length))
  }
  return { ids, total }
}

/**
 * Lists measured images by confidence. A condition drawn per group has several parts, which cannot be put in
 * one order: the first part stands for it.
 */
function ordered(
  db: Db,
  { variantId, stored }: StudyCell,
  order: ConfidenceOrder,
  after: number | null,
  limit: number,
): { ids: number[]; total: number } {
  const facts = { variantId, conditionId: stored.parts[0]?.conditionId ?? null }
  return byConfidence(db, stored.source, facts, order, after, limit + 1)
}
