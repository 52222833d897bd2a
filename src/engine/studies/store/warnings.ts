import type { Dataset, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { getModel, targetsOf, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { abilityWarnings } from './abilities.ts'
import { countAssumed, labelProblem } from './labels.ts'
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
  const labelled = new Map([...own, ...read.map((id) => getModel(db, id))].map((model) => [model.id, model]))
  return [
    ...abilityWarnings(db, definition, parsed, modelIds),
    ...(dataset ? [...labelled.values()].flatMap((model) => labelWarnings(dataset, model)) : []),
    ...found.map(({ message, hint }) => new KernelscopeError('STUDY_PARAMS', message, { hint }).toShape()),
  ]
}

/**
 * Says why a study of a model will be refused for its labels, what they are assumed to be, and which classes of a dataset it does not
 * know. Images of these are neither right nor wrong.
 */
function labelWarnings(dataset: Dataset, model: StoredModel): ErrorShape[] {
  const refused = labelProblem(dataset, model)
  if (refused) return [refused.toShape()]
  const names = dataset.classes.filter(({ images }) => images > 0).map(({ name }) => name)
  const targets = targetsOf(names, { set: model.labelSet, names: model.labels })
  const unknown = [...targets].filter(([, target]) => target < 0).map(([name]) => name)
  const assumed = countAssumed(dataset, model)
  const unsure = assumed ? [assumed.toShape()] : []
  if (unknown.length === 0) return unsure
  const shown = unknown.slice(0, 5).join(', ')
  const message = `${unknown.length} of ${targets.size} classes of ${dataset.title} are not among the labels of ${model.title}: ${shown}${unknown.length > 5 ? ' and others' : ''}`
  const hint = 'Their images do not count in its accuracy.'
  return [...unsure, new KernelscopeError('STUDY_LABELS', message, { hint }).toShape()]
}
