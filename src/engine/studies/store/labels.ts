import { outputTitle } from '#shared/classNames.ts'
import type { Dataset } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { getDataset } from '../../datasets/index.ts'
import { classCount, getModel, targetsOf, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { PlannedModel, StudyPlan } from './plan.ts'

const listOf = ({ labelSet, labels }: StoredModel) => ({ set: labelSet, names: labels })

const namesOf = ({ classes }: Pick<Dataset, 'classes'>) => classes.map(({ name }) => name)

type Classes = Pick<Dataset, 'title' | 'classes'>

/** That the classes of a dataset are numbers that do not count a model's outputs; null where they are not. */
export function countProblem(dataset: Classes, model: StoredModel): KernelscopeError | null {
  if (classCount(namesOf(dataset), listOf(model)) !== 'otherwise') return null
  return new KernelscopeError(
    'STUDY_LABELS',
    `the classes of ${dataset.title} are numbers that do not count the ${model.classes} outputs of ${model.title}, which are 0 to ${model.classes - 1}`,
    { hint: namesOf(dataset).some((name) => Number(name) === 0) ? hints.background : hints.fromOne },
  )
}

/** What is assumed of the classes of a dataset that are numbers and do not show where they begin; null where nothing is. */
export function countAssumed(dataset: Classes, model: StoredModel): KernelscopeError | null {
  const names = namesOf(dataset)
  if (classCount(names, listOf(model)) !== 'unsure') return null
  const [name, output] = [...targetsOf(names, listOf(model))].find(
    ([one, index]) => index >= 0 && Number(one) === index,
  ) ?? ['', -1]
  if (output < 0) return null
  return new KernelscopeError(
    'STUDY_LABELS',
    `classes of ${dataset.title} are numbers without a 0, and are taken for numbers of outputs of ${model.title}, which begin with 0: class ${name} is “${outputTitle(model.labels, output)}”`,
    { hint: hints.fromOne },
  )
}

const hints = {
  fromOne:
    'Where they are counted from 1, give each label its number as a further name ("red fox | 1"), or change the numbers of the dataset.',
  background:
    'Output 0 is taken for the background, as in networks of TensorFlow. Give each label its number as a further name ("background", "red fox | 0"), or change the numbers of the dataset.',
}

/** Why a model cannot tell the true classes of a dataset: it knows none, or their numbers are counted otherwise; null where it can. */
export function labelProblem(dataset: Classes, model: StoredModel): KernelscopeError | null {
  const counted = countProblem(dataset, model)
  if (counted) return counted
  const targets = targetsOf(namesOf(dataset), listOf(model))
  if ([...targets.values()].some((target) => target >= 0)) return null
  return new KernelscopeError(
    'STUDY_LABELS',
    `no class of ${dataset.title} is among the labels of ${model.title}`,
    {
      hint: `Give the labels of ${model.title}: on its page, or with "kernelscope model labels"; "kernelscope model labels" alone says what would match.`,
    },
  )
}

/** Which classes of a dataset a model does not know, and what that means if it is measured, or else read; null where it knows all. */
export function unknownProblem(
  dataset: Classes,
  model: StoredModel,
  isMeasured: boolean,
): KernelscopeError | null {
  const names = dataset.classes.filter(({ images }) => images > 0).map(({ name }) => name)
  const targets = targetsOf(names, listOf(model))
  const unknown = names.filter((name) => (targets.get(name) ?? -1) < 0)
  if (unknown.length === 0) return null
  const shown = unknown.slice(0, 5).join(', ')
  return new KernelscopeError(
    'STUDY_LABELS',
    `${unknown.length} of ${targets.size} classes of ${dataset.title} are not among the labels of ${model.title}: ${shown}${unknown.length > 5 ? ' and others' : ''}`,
    {
      hint: isMeasured
        ? 'Their images do not count in its accuracy.'
        : 'Nothing can be made of their images with it: they fail.',
    },
  )
}

/**
 * Refuses models whose labels cannot tell the true classes of the images that a study shows them, or that its other models read:
 * predictions would count as wrong, or attacks and masks be made for other classes.
 *
 * @param models those of the study that are measured
 * @throws STUDY_LABELS where labels do not fit
 */
export function checkLabels(db: Db, plan: StudyPlan, models: readonly PlannedModel[]): void {
  const { definition, study, source } = plan
  if (study.datasetId === null) return
  const dataset = getDataset(db, source.datasetId)
  const refuse = (problem: KernelscopeError | null) => {
    if (problem) throw problem
  }
  if (definition.needsLabels !== false)
    for (const { model, conditions } of models) {
      if (definition.needsLabels || conditions.length > 0) refuse(labelProblem(dataset, model))
      const others = new Set(conditions.map(({ source: of }) => of.datasetId))
      for (const id of others) refuse(countProblem(getDataset(db, id), model))
    }
  for (const id of readLabels(plan, db)) refuse(labelProblem(dataset, getModel(db, id)))
}

/** Ids of the models whose labels a study reads besides those it measures. */
const readLabels = ({ definition, study, models }: StudyPlan, db: Db): number[] =>
  (
    definition.readsLabels?.(
      study.params,
      models.map(({ model }) => model),
      { db },
    ) ?? []
  ).map(modelIdOf)

/**
 * What a result says of the labels it rests on: whose outputs are not counted as the classes of the dataset are, or may not be, and
 * which classes a model does not know that other images are made with.
 */
export function labelNotes(plan: StudyPlan, dataset: Dataset, db: Db): string[] {
  const own = plan.definition.needsLabels === false ? [] : plan.models.map(({ model }) => modelIdOf(model.id))
  const found = [...new Set([...own, ...readLabels(plan, db)])].flatMap((id) => {
    const model = getModel(db, id)
    const counted = countProblem(dataset, model) ?? countAssumed(dataset, model)
    if (counted) return counted
    return (own.includes(id) ? null : unknownProblem(dataset, model, false)) ?? []
  })
  return found.map(({ message }) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
}
