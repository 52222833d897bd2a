import type { Dataset, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { getModel, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { abilityWarnings } from './abilities.ts'
import { countAssumed, labelProblem, unknownProblem } from './labels.ts'
import { parseParams } from './settled.ts'

/**
 * Lists what makes a study's numbers doubtful by its parameters and models alone, e.g. a share of patches that drops
 * none, which models do not allow what it needs, and which classes of the dataset they do not know. Reads no image, fact
 * or file.
 *
 * @throws STUDY_UNKNOWN, STUDY_PARAMS, MODEL_NOT_FOUND where the input is invalid
 */
export function studyWarnings(db: Db, { kind, params, modelIds, datasetId }: StudyInput): ErrorShape[] {
  const definition = studyDefinition(kind)
  const models = modelIds.map((id) => getModel(db, id))
  const parsed = parseParams(definition, params)
  const found = definition.warnings?.(parsed, models, { db }) ?? []
  const dataset = datasetId === null ? null : getDataset(db, datasetId)
  const read = definition.readsLabels?.(parsed, models, { db }) ?? []
  const own = definition.needsLabels === false ? [] : models
  const labelled = new Map([...read.map((id) => getModel(db, id)), ...own].map((model) => [model.id, model]))
  const isOwn = (model: StoredModel) => own.includes(model)
  return [
    ...abilityWarnings(db, definition, parsed, modelIds),
    ...(dataset
      ? [...labelled.values()].flatMap((model) => labelWarnings(dataset, model, isOwn(model)))
      : []),
    ...found.map(({ message, hint }) => new KernelscopeError('STUDY_PARAMS', message, { hint }).toShape()),
  ]
}

/**
 * Says why a study of a model will be refused for its labels, what they are assumed to be, and which classes of a dataset it does not
 * know. Images of these are neither right nor wrong.
 */
function labelWarnings(dataset: Dataset, model: StoredModel, isOwn: boolean): ErrorShape[] {
  const refused = labelProblem(dataset, model)
  if (refused) return [refused.toShape()]
  return [countAssumed(dataset, model), unknownProblem(dataset, model, isOwn)].flatMap(
    (problem) => problem?.toShape() ?? [],
  )
}
