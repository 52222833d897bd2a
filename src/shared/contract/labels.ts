import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'

/**
 * Where the labels of a model come from. file: a file beside the model or a text file; chosen: by a person; count: a
 * published list that was taken for its number of classes, by nobody; order: the classes of a dataset in their order; none: there
 * are no names, only numbers.
 */
export const labelSource = z.enum(['file', 'chosen', 'count', 'order', 'none'])

/**
 * How the labels of a model fit the classes of a dataset. known: by labels from a file or a person; names: by the names
 * or WordNet ids of a list that was assumed by its length; assumed: only by the order of classes; missing: no class of
 * the dataset is among the labels.
 */
const labelState = z.enum(['known', 'names', 'assumed', 'missing'])

export const labelMatch = z.object({
  modelId: id,
  datasetId: id,
  state: labelState,
  /** Number of the dataset's classes that are among the labels. */
  matched: z.int(),
  classes: z.int(),
  /** Classes of the dataset that are not among the labels, at most ten. */
  unmatched: z.array(z.string()),
  /**
   * What would match more classes; null where all match, or where nothing is known. spelling: names of the dataset that
   * differ from labels in case and separators only.
   */
  suggestion: z
    .object({
      kind: z.enum(['imagenet1k', 'dataset', 'spelling']),
      /** Number of classes that would match. */
      matched: z.int(),
      /** Whether the order of the classes is a published one, as of CIFAR-10; else alphabetical, and a guess. */
      published: z.boolean(),
    })
    .nullable(),
})

const labelMapping = z.object({
  classes: z.array(z.string()),
  outputs: z.array(z.int().min(-1)),
  labels: z.array(z.string()),
  set: z.string(),
})

/**
 * Labels to set: a known list, those of a file, the classes of a dataset in their order, those that are there with a
 * dataset's spellings added, or names by output.
 */
export const labelChoice = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('imagenet1k') }),
  z.object({ kind: z.literal('file'), path: z.string().min(1) }),
  z.object({ kind: z.literal('dataset'), datasetId: id }),
  z.object({ kind: z.literal('spelling'), datasetId: id }),
  z.object({
    kind: z.literal('names'),
    names: z.array(z.string()).min(1),
    /** Name of the list and where it is from, to restore labels as they were. */
    set: z.string().default('chosen'),
    source: labelSource.optional(),
  }),
])

export const modelLabels = {
  /** Class names in the order of the outputs. Other names of a class follow the first after " | ". */
  labels: oc
    .input(z.object({ id }))
    .output(z.object({ labels: z.array(z.string()), set: z.string(), source: labelSource })),
  /** How the labels of models fit the classes of datasets; of all, where none are named. Datasets without classes are left out. */
  labelMatches: oc
    .input(z.object({ modelIds: z.array(id).optional(), datasetIds: z.array(id).optional() }))
    .output(z.array(labelMatch)),
  /** The outputs of a model that stand for the classes of a dataset, in the order of the classes; -1 = none. */
  labelMapping: oc.input(z.object({ modelId: id, datasetId: id })).output(labelMapping),
  /** Sets the labels of several models at once, or of none where they do not fit one of them. */
  setLabels: oc
    .input(z.object({ modelIds: z.array(id).min(1), labels: labelChoice }))
    .output(z.object({ modelIds: z.array(id) })),
}

export type LabelSource = z.infer<typeof labelSource>
export type LabelState = z.infer<typeof labelState>
export type LabelMatch = z.infer<typeof labelMatch>
export type LabelMapping = z.infer<typeof labelMapping>
export type LabelChoice = z.input<typeof labelChoice>
