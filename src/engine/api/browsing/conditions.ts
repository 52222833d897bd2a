import { changeNameOf, changeTitle } from '#shared/changedModel.ts'
import type { ChangedModel, MeasuredCondition } from '#shared/contract/index.ts'
import { transformTitle } from '#shared/transformTitle.ts'
import { modelFor } from '../../datasets/index.ts'
import { listModels } from '../../models/index.ts'
import {
  changedVariants,
  cleanCondition,
  conditionsMeasured,
  conditionTransform,
  currentVariant,
} from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'

/** Compares by title; numbers in titles are compared by their value. */
export const byTitle = (a: { title: string }, b: { title: string }) =>
  a.title.localeCompare(b.title, 'en', { numeric: true })

/**
 * Lists the conditions that have predictions on images of a dataset, with the models that have them. Counts predictions
 * of each model's current setup only, and leaves out the clean condition.
 */
export function measuredConditions(db: Db, datasetId: number): MeasuredCondition[] {
  const conditionsOf = conditionsMeasured(db, datasetId)
  const clean = cleanCondition(db)
  const found = new Map<number, number[]>()
  for (const model of listModels(db)) {
    const variant = currentVariant(db, modelFor(db, datasetId, model))
    for (const conditionId of variant ? conditionsOf(variant.id) : []) {
      if (conditionId === clean) continue
      found.set(conditionId, [...(found.get(conditionId) ?? []), model.id])
    }
  }
  return [...found]
    .map(([conditionId, modelIds]) => {
      const transform = conditionTransform(db, conditionId)
      return { conditionId, title: transformTitle(transform), transform: { ...transform }, modelIds }
    })
    .sort(byTitle)
}

/**
 * Lists the models with removed blocks or cut kernels that have predictions on images of a dataset. Counts predictions
 * of each model's current setup only.
 */
export function changedModels(db: Db, datasetId: number): ChangedModel[] {
  const conditionsOf = conditionsMeasured(db, datasetId)
  const found = new Map<string, ChangedModel>()
  for (const model of listModels(db)) {
    for (const { id, rewrite } of changedVariants(db, modelFor(db, datasetId, model))) {
      const changed = changeNameOf(rewrite)
      if (changed === null || conditionsOf(id).length === 0) continue
      const known = found.get(changed)
      if (known) known.modelIds.push(model.id)
      else found.set(changed, { changed, title: changeTitle(changed), modelIds: [model.id] })
    }
  }
  return [...found.values()].sort(byTitle)
}
