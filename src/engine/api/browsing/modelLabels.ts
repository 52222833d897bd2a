import type { Dataset, LabelChoice } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import {
  getModel,
  readLabelList,
  respelled,
  updateModel,
  type LabelList,
  type MatchedClasses,
  type StoredModel,
} from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'

/** Kinds of datasets whose classes have a published order, which is that of their folders, with their number. */
const ordered: Partial<Record<Dataset['recognised'], number>> = {
  'imagenet-val': 1000,
  'imagenet-c': 1000,
  'cifar-10': 10,
  'cifar-10-c': 10,
  'cifar-100': 100,
  'cifar-100-c': 100,
}

/** The classes of a dataset in their order, with images or without. A part of a published set has no published order. */
export const classesOf = ({ classes, recognised }: Dataset): MatchedClasses => ({
  names: classes.map(({ name }) => name),
  published: ordered[recognised] === classes.length,
})

/**
 * Returns the labels that were chosen, for each model that gets them.
 *
 * @throws FILE_MISSING, STUDY_LABELS where a file cannot be read or holds no labels
 * @throws DATASET_NOT_FOUND, DATASET_LABELS where there is no such dataset or it has no classes
 */
export async function chosenLabels(db: Db, choice: LabelChoice): Promise<(model: StoredModel) => LabelList> {
  if (choice.kind === 'spelling') {
    const { names } = classesOf(getDataset(db, choice.datasetId))
    return (model) => {
      const added = respelled(names, model)
      return added
        ? { set: 'chosen', names: added }
        : { set: model.labelSet, names: model.labels, source: model.labelSource }
    }
  }
  const list = await listOf(db, choice)
  return () => list
}

async function listOf(db: Db, choice: Exclude<LabelChoice, { kind: 'spelling' }>): Promise<LabelList> {
  if (choice.kind === 'imagenet1k') return readLabelList('imagenet1k')
  if (choice.kind === 'file') return readLabelList(choice.path)
  if (choice.kind === 'names') {
    const { set = 'chosen', names, source } = choice
    return { set, names, ...(source === undefined ? {} : { source }) }
  }
  const dataset = getDataset(db, choice.datasetId)
  const { names, published } = classesOf(dataset)
  if (names.length === 0)
    throw new KernelscopeError('DATASET_LABELS', `no classes in ${dataset.title}`, {
      hint: 'Choose a dataset with classes, or a file of labels.',
    })
  // The order of folders stays a guess, whoever takes it.
  return published
    ? { set: 'published', names: [...names], source: 'chosen' }
    : { set: 'order', names: [...names] }
}

/**
 * Sets the labels of models, of all or of none.
 *
 * @throws MODEL_NOT_FOUND where there is no such model
 * @throws STUDY_LABELS where a model has another number of outputs
 */
export const setLabels = (
  db: Db,
  modelIds: readonly number[],
  labels: (model: StoredModel) => LabelList,
): void =>
  db.transaction(() => {
    for (const id of modelIds) updateModel(db, id, { labels: labels(getModel(db, id)) })
  })()
