import { changeNameOf, changeTitle } from '#shared/changedModel.ts'
import type { ChangedModel, MeasuredCondition } from '#shared/contract/index.ts'
import { transformTitle } from '#shared/transformTitle.ts'
import { listModels } from '../../models/index.ts'
import {
  changedVariants,
  cleanCondition,
  conditionsMeasured,
  conditionTransform,
  currentVariant,
} from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'

/** In order of title, numbers in it by their value. */
export const byTitle = (a: { title: string }, b: { title: string }) =>
  a.title.localeCompare(b.title, 'en', { numeric: true })

/** Conditions that some model, as it is set up now, was measured under on images of a dataset; the clean one left out. */
export function measuredConditions(db: Db, datasetId: number): MeasuredCondition[] {
  const conditionsOf = conditionsMeasured(db, datasetId)
  const clean = cleanCondition(db)
  const found = new Map<number, number[]>()
  for (const model of listModels(db)) {
    const variant = currentVariant(db, model)
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

/** Models with blocks removed or kernels cut that were measured on images of a dataset, as the models are set up now. */
export function changedModels(db: Db, datasetId: number): ChangedModel[] {
  const conditionsOf = conditionsMeasured(db, datasetId)
  const found = new Map<string, ChangedModel>()
  for (const model of listModels(db)) {
    for (const { id, rewrite } of changedVariants(db, model)) {
      const changed = changeNameOf(rewrite)
      if (changed === null || conditionsOf(id).length === 0) continue
      const known = found.get(changed)
      if (known) known.modelIds.push(model.id)
      else found.set(changed, { changed, title: changeTitle(changed), modelIds: [model.id] })
    }
  }
  return [...found.values()].sort(byTitle)
}
