import { changeNameOf, changeTitle } from '#shared/changedModel.ts'
import type { ChangedModel, MeasuredCondition } from '#shared/contract/index.ts'
import { stimulus } from '#shared/stimulus.ts'
import { stimulusTitle } from '#shared/stimulusTitle.ts'
import { listModels } from '../../models/index.ts'
import { changedVariants, cleanCondition, currentVariant } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'

interface MeasuredUnder {
  condition_id: number
  transform: string
}

/** Finds the conditions that a variant was measured under on images of a dataset. */
function measuredOn(db: Db, datasetId: number): (variantId: number) => MeasuredUnder[] {
  const range = db
    .prepare<[number], { first: number | null; last: number | null }>(
      'SELECT min(subject_id) AS "first", max(subject_id) AS "last" FROM image WHERE dataset_id = ?',
    )
    .get(datasetId)
  const { first = null, last = null } = range ?? {}
  if (first === null || last === null) return () => []
  const measured = db.prepare<[number], MeasuredUnder>(
    `SELECT v.condition_id, c.transform FROM fact_version v JOIN condition c ON c.id = v.condition_id WHERE v.variant_id = ?`,
  )
  // Subjects of a dataset are numbered together, when it is indexed: one look into the range tells.
  const any = db
    .prepare<[number, number, number, number], number>(
      'SELECT 1 FROM prediction WHERE variant_id = ? AND condition_id = ? AND subject_id BETWEEN ? AND ? LIMIT 1',
    )
    .pluck()
  return (variantId) =>
    measured
      .all(variantId)
      .filter(({ condition_id }) => any.get(variantId, condition_id, first, last) !== undefined)
}

/** In order of title, numbers in it by their value. */
export const byTitle = (a: { title: string }, b: { title: string }) =>
  a.title.localeCompare(b.title, 'en', { numeric: true })

/** Conditions that some model, as it is set up now, was measured under on images of a dataset; the clean one left out. */
export function measuredConditions(db: Db, datasetId: number): MeasuredCondition[] {
  const measured = measuredOn(db, datasetId)
  const clean = cleanCondition(db)
  const found = new Map<number, MeasuredCondition>()
  for (const model of listModels(db)) {
    const variant = currentVariant(db, model)
    for (const row of variant ? measured(variant.id) : []) {
      if (row.condition_id === clean) continue
      const known = found.get(row.condition_id)
      if (known) known.modelIds.push(model.id)
      else found.set(row.condition_id, described(row.condition_id, row.transform, model.id))
    }
  }
  return [...found.values()].sort(byTitle)
}

/** Models with blocks removed or kernels cut that were measured on images of a dataset, as the models are set up now. */
export function changedModels(db: Db, datasetId: number): ChangedModel[] {
  const measured = measuredOn(db, datasetId)
  const found = new Map<string, ChangedModel>()
  for (const model of listModels(db)) {
    for (const { id, rewrite } of changedVariants(db, model)) {
      const changed = changeNameOf(rewrite)
      if (changed === null || measured(id).length === 0) continue
      const known = found.get(changed)
      if (known) known.modelIds.push(model.id)
      else found.set(changed, { changed, title: changeTitle(changed), modelIds: [model.id] })
    }
  }
  return [...found.values()].sort(byTitle)
}

function described(conditionId: number, text: string, modelId: number): MeasuredCondition {
  const value = stimulus.parse(JSON.parse(text))
  return { conditionId, title: stimulusTitle(value), stimulus: { ...value }, modelIds: [modelId] }
}
