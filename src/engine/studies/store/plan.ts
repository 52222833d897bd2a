import type { Study } from '#shared/contract/index.ts'
import { getDataset } from '../../datasets/index.ts'
import { usableModel, getModel, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { getStudy, sourceOf } from './store.ts'
import { countImages, type ImageSource, storeConditions, type StoredCondition } from '../../facts/index.ts'
import type { StudyDefinition } from '../definition/index.ts'

/** A stored study unfolded: its definition, images, models and the interned conditions of each model. */
export interface StudyPlan {
  study: Study
  definition: StudyDefinition
  source: ImageSource
  images: number
  models: PlannedModel[]
}

export interface PlannedModel {
  model: StoredModel
  conditions: StoredCondition[]
}

/** `forRunning` refuses models whose file is missing or changed; looking at results does not need the files. */
export function planStudy(db: Db, studyId: number, forRunning: boolean): StudyPlan {
  const study = getStudy(db, studyId)
  const definition = studyDefinition(study.kind)
  const source = sourceOf(study)
  const stored = study.modelIds.map((id) => (forRunning ? usableModel(db, id) : getModel(db, id)))
  const models = stored.map((model) => ({
    model,
    conditions: conditionsOf(db, definition, study.params, model, stored, source),
  }))
  return { study, definition, source, images: countImages(db, source), models }
}

export function conditionsOf(
  db: Db,
  definition: StudyDefinition,
  params: Record<string, unknown>,
  model: StoredModel,
  models: readonly StoredModel[],
  source: ImageSource,
): StoredCondition[] {
  return storeConditions(
    db,
    definition.conditions(params, model, { db, dataset: getDataset(db, source.datasetId), models }),
    source,
    definition.groupSize?.(params) ?? null,
  )
}
