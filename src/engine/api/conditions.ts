import type { MeasuredCondition } from '#shared/contract/index.ts'
import { stimulus } from '#shared/stimulus.ts'
import { stimulusTitle } from '#shared/stimulusTitle.ts'
import { currentVariant, listModels } from '../models/index.ts'
import { cleanCondition } from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'

/** Conditions that some model, as it is set up now, was measured under on images of a dataset; the clean one left out. */
export function measuredConditions(db: Db, datasetId: number): MeasuredCondition[] {
  const range = db
    .prepare<[number], { first: number | null; last: number | null }>(
      'SELECT min(subject_id) AS "first", max(subject_id) AS "last" FROM image WHERE dataset_id = ?',
    )
    .get(datasetId)
  if (range?.first == null || range.last === null) return []
  const measured = db.prepare<[number], { condition_id: number; transform: string }>(
    `SELECT v.condition_id, c.transform FROM fact_version v JOIN condition c ON c.id = v.condition_id WHERE v.variant_id = ?`,
  )
  // Subjects of a dataset are numbered together, when it is indexed: one look into the range tells.
  const any = db
    .prepare<[number, number, number, number], number>(
      'SELECT 1 FROM prediction WHERE variant_id = ? AND condition_id = ? AND subject_id BETWEEN ? AND ? LIMIT 1',
    )
    .pluck()
  const clean = cleanCondition(db)
  const found = new Map<number, MeasuredCondition>()
  for (const model of listModels(db)) {
    const variant = currentVariant(db, model)
    for (const row of variant ? measured.all(variant.id) : []) {
      if (row.condition_id === clean) continue
      if (any.get(variant?.id ?? -1, row.condition_id, range.first, range.last) === undefined) continue
      const known = found.get(row.condition_id)
      if (known) known.modelIds.push(model.id)
      else found.set(row.condition_id, described(row.condition_id, row.transform, model.id))
    }
  }
  return [...found.values()].sort((a, b) => a.title.localeCompare(b.title, 'en', { numeric: true }))
}

function described(conditionId: number, text: string, modelId: number): MeasuredCondition {
  const value = stimulus.parse(JSON.parse(text))
  return { conditionId, title: stimulusTitle(value), stimulus: { ...value }, modelIds: [modelId] }
}
