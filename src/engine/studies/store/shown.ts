import { isDeepStrictEqual } from 'node:util'
import type { PreprocessingChange, PreprocessingOrigin, StudyInput } from '#shared/contract/index.ts'
import { changesNothing, differences, titleWith, type Difference } from '#shared/preprocessingChange.ts'
import { modelIdOf, placeOf, shownId } from '#shared/shownModel.ts'
import { modelFor } from '../../datasets/index.ts'
import { usableModel, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'

/** A model as a study shows it: once for each preprocessing that differs. */
export interface ShownModel {
  /** With the preprocessing for the study's dataset, the id of `shownId`, and the change behind its title. */
  model: StoredModel
  /** The model's own title. */
  ownTitle: string
  change: PreprocessingChange
  /** In what the preprocessing differs from the model's own, on any dataset of the study. */
  differences: Difference[]
}

/**
 * Lists the models of a study as it shows them: model by model, each with its preprocessings in their order. Of
 * preprocessings that are the same for a model, such as its own and "bilinear" for one that is bilinear, the first is
 * shown.
 *
 * @param datasetIds the study's dataset, then others whose images it measures
 */
export function shownModels(
  db: Db,
  { modelIds, preprocessings }: Pick<StudyInput, 'modelIds' | 'preprocessings'>,
  [datasetId, ...others]: DatasetIds,
  modelOf: (db: Db, id: number) => StoredModel,
): ShownModel[] {
  if (!preprocessings)
    return modelIds.map((id) => {
      const model = modelFor(db, datasetId, modelOf(db, id))
      return { model, ownTitle: model.title, change: {}, differences: [] }
    })
  const datasetIds: DatasetIds = [datasetId, ...others.filter((other) => other !== datasetId)]
  return modelIds.flatMap((id) => {
    const own = modelOf(db, id)
    const ways = preprocessings.map((change, place) => shown(db, own, change, place, datasetIds))
    return ways
      .filter(({ on }, place) => ways.findIndex((other) => isDeepStrictEqual(other.on, on)) === place)
      .map(({ model, change, differences }): ShownModel => ({
        ...{ model, change, differences },
        ownTitle: own.title,
      }))
  })
}

type DatasetIds = readonly [number, ...number[]]

function shown(db: Db, own: StoredModel, change: PreprocessingChange, place: number, datasetIds: DatasetIds) {
  const on = datasetIds.map((datasetId) => modelFor(db, datasetId, own, change).preprocessing)
  const found = changesNothing(change)
    ? []
    : datasetIds.flatMap((datasetId, at) =>
        differences(on[at] ?? own.preprocessing, modelFor(db, datasetId, own).preprocessing),
      )
  const unequal = found.filter((one, at) => found.findIndex((other) => isDeepStrictEqual(other, one)) === at)
  const model: StoredModel = {
    ...own,
    id: shownId(own.id, place),
    preprocessing: on[0] ?? own.preprocessing,
    title: titleWith(own.title, change),
    ...(isWhole(change) ? { origin: setForStudy } : {}),
  }
  return { model, change, differences: unequal, on }
}

const setForStudy: PreprocessingOrigin = { from: 'user', detail: null, confirmed: null }

/** Whether a change says everything, so that nothing assumed is left of the model's own preprocessing. */
export const isWhole = ({ resize, interpolation, mean, std }: PreprocessingChange): boolean =>
  resize !== undefined && (resize === 'none' || interpolation !== undefined) && !!mean && !!std

/**
 * Gives one model of a study for a computation on images of a dataset, with the preprocessing that the study shows it
 * with.
 *
 * @param id of the model in the study (`shownId`)
 * @throws MODEL_NOT_FOUND, FILE_MISSING, FILE_CHANGED where it cannot be used
 */
export const usableShown = (
  db: Db,
  { preprocessings }: Pick<StudyInput, 'preprocessings'>,
  id: number,
  datasetId: number,
): StoredModel => modelFor(db, datasetId, usableModel(db, modelIdOf(id)), preprocessings?.[placeOf(id)] ?? {})
