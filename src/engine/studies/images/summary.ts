import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyPlan } from '../store/plan.ts'
import {
  currentVariants,
  factVersion,
  imageSummaries,
  type ImageSummary,
  settingOf,
  type SummaryCell,
} from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import type { Summaries } from './summaries.ts'

function cellsOf(db: Db, { definition, study, models }: StudyPlan): SummaryCell[] {
  const columns = new Map<string, number>()
  const numberOf = (key: string) => {
    const known = columns.get(key) ?? columns.size
    columns.set(key, known)
    return known
  }
  return models.flatMap(({ model, conditions }) => {
    const variants = currentVariants(db, model)
    return conditions.flatMap((stored): SummaryCell[] => {
      const { condition, parts } = stored
      const variant = variants(condition.rewrite ?? noRewrite, settingOf(stored))?.id
      if (variant === undefined) return []
      const { axis } = definition
      const x = axis?.hardens?.(condition.params, study.params)
        ? axis.of(condition.params, study.params)
        : null
      const shared = { model: model.id, column: numberOf(condition.key), x, variant }
      return parts.flatMap(({ conditionId, from, to }) =>
        conditionId === null ? [] : [{ ...shared, condition: conditionId, from, to }],
      )
    })
  })
}

/**
 * Sums up the images of a study into `summaries`, unless the facts are unchanged since the last time. It
 * yields to other work again and again.
 */
export async function summarise(db: Db, { db: kept }: Summaries, plan: StudyPlan): Promise<void> {
  const { study, source } = plan
  const cells = cellsOf(db, plan)
  const versions = cells.map(({ variant, condition }) =>
    factVersion(db, { variantId: variant, conditionId: condition }),
  )
  // Ids may be given again after a removal, so the time tells studies apart.
  const stamp = JSON.stringify([cells, versions, study.createdAt])
  const known = kept
    .prepare<[number], string>('SELECT stamp FROM study_summary_stamp WHERE study_id = ?')
    .pluck()
    .get(study.id)
  if (known === stamp) return
  // Reading a study that was never measured writes nothing.
  if (known === undefined && cells.length === 0) return
  const insert = kept.prepare(
    'INSERT OR REPLACE INTO study_summary (study_id, image_id, fails_at, failing, disagreement) VALUES (?, ?, ?, ?, ?)',
  )
  kept.prepare('DELETE FROM study_summary_stamp WHERE study_id = ?').run(study.id)
  kept.prepare('DELETE FROM study_summary WHERE study_id = ?').run(study.id)
  const store = kept.transaction((rows: readonly ImageSummary[]) => {
    for (const { image, failsAt, failing, disagreement } of rows)
      insert.run(study.id, image, failsAt ?? never, failing, disagreement ?? unknown)
  })
  for (const page of imageSummaries(db, source, cells)) {
    store(page)
    await nextTurn()
  }
  kept
    .prepare('INSERT OR REPLACE INTO study_summary_stamp (study_id, stamp) VALUES (?, ?)')
    .run(study.id, stamp)
}

/**
 * `never` means "fails nowhere" and sorts behind every position of an axis; `unknown` means "nothing to
 * compare" and sorts below every share.
 */
export const never = 1e308
export const unknown = -1
