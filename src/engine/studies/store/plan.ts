import { isDeepStrictEqual } from 'node:util'
import type { Study } from '#shared/contract/index.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { getDataset, modelFor } from '../../datasets/index.ts'
import { usableModel, getModel, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { shownModels, type ShownModel } from './shown.ts'
import { getStudy, sourceOf } from './store.ts'
import {
  type Condition,
  countImages,
  findConditions,
  type ImageSource,
  type PlannedCondition,
  storeConditions,
  type StoredCondition,
} from '../../facts/index.ts'
import type { StudyDefinition } from '../definition/index.ts'

/** A stored study with its definition, images, models and the conditions of each model. */
export interface StudyPlan<C extends PlannedCondition = PlannedCondition> {
  study: Study
  definition: StudyDefinition
  source: ImageSource
  images: number
  models: PlannedModel<C>[]
}

export interface PlannedModel<C extends PlannedCondition = PlannedCondition> extends ShownModel {
  conditions: C[]
}

/**
 * Seed of the order in which a study measures its images: that of its sample, else the one among its parameters, else 0.
 */
export function orderSeed({ sample, params }: Pick<Study, 'sample' | 'params'>): number {
  const { seed } = params
  return sample?.seed ?? (Number.isSafeInteger(seed) ? Number(seed) : 0)
}

type Conditions<C> = (
  db: Db,
  conditions: readonly Condition[],
  source: ImageSource,
  groupSize: number | null,
) => C[]

/**
 * Reads a study to show it. Writes nothing and needs no model file.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export const planStudy = (db: Db, studyId: number): StudyPlan => unfold(db, studyId, getModel, findConditions)

/**
 * Reads a study to run it. Stores its conditions.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 * @throws FILE_MISSING, FILE_CHANGED where a model's file is missing or changed
 */
export const planRun = (db: Db, studyId: number): StudyPlan<StoredCondition> =>
  unfold(db, studyId, usableModel, storeConditions)

function unfold<C extends PlannedCondition>(
  db: Db,
  studyId: number,
  modelOf: (db: Db, id: number) => StoredModel,
  read: Conditions<C>,
): StudyPlan<C> {
  const study = getStudy(db, studyId)
  const definition = studyDefinition(study.kind)
  const source = sourceOf(study)
  const others = definition.otherDatasets?.(study.params) ?? []
  const all = shownModels(db, study, [source.datasetId, ...others], modelOf)
  const models = all.map((shown) => ({
    ...shown,
    conditions: readConditions(db, definition, study.params, shown, all, source, read),
  }))
  return { study, definition, source, images: countImages(db, source), models }
}

/**
 * Lists the conditions of a model, as the study shows it (`shownModels`), over the images of a source, with the ids of
 * those that are stored.
 */
export const conditionsOf = (
  db: Db,
  definition: StudyDefinition,
  params: Record<string, unknown>,
  shown: ShownModel,
  all: readonly ShownModel[],
  source: ImageSource,
): PlannedCondition[] => readConditions(db, definition, params, shown, all, source, findConditions)

function readConditions<C>(
  db: Db,
  definition: StudyDefinition,
  params: Record<string, unknown>,
  shown: ShownModel,
  all: readonly ShownModel[],
  source: ImageSource,
  read: Conditions<C>,
): C[] {
  if (definition.fromWeights) return []
  const dataset = getDataset(db, source.datasetId)
  const models = all.map(({ model }) => model)
  const conditions = definition
    .conditions(params, shown.model, { db, dataset, models })
    .map((condition) => onItsImages(db, condition, shown, source.datasetId))
  return read(db, conditions, source, definition.groupSize?.(params) ?? null)
}

/** Sets the preprocessing of a condition on the images of another dataset, where it is not that of the study's. */
function onItsImages(
  db: Db,
  condition: Condition,
  { model, change }: ShownModel,
  datasetId: number,
): Condition {
  const other = condition.images?.datasetId
  if (other === undefined || other === datasetId || condition.preprocessing) return condition
  const { preprocessing } = modelFor(db, other, getModel(db, modelIdOf(model.id)), change)
  return isDeepStrictEqual(preprocessing, model.preprocessing) ? condition : { ...condition, preprocessing }
}
