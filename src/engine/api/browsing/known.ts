import { changeTitle, rewriteOfChange } from '#shared/changedModel.ts'
import type { FactOf, ImageFilter, ImageOrder, ImageSelection } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { ofUnchangedModel, factKey } from '#shared/factText.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { factsOf, getSubset, modelFor, type BrowseReferences } from '../../datasets/index.ts'
import { getModel, type StoredModel } from '../../models/index.ts'
import { cleanCondition, conditionTransform, currentVariants, type FindVariant } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { EngineSession } from '../session/session.ts'

/** The parts of a browse request that name models, conditions or subsets. */
export interface BrowseRequest {
  filter?: ImageFilter | null | undefined
  order?: ImageOrder | undefined
  shownFacts?: readonly FactOf[] | undefined
}

/**
 * Looks up everything that a filter, an order and shown facts name for the images of a dataset. A model that was never run has no facts.
 *
 * @throws MODEL_NOT_FOUND where a model does not exist, or a changed model has no facts in the workspace
 * @throws SUBSET_NOT_FOUND where a subset does not exist
 * @throws STUDY_NOT_FOUND where a condition is not stored
 */
export function knownFor(
  session: EngineSession,
  datasetId: number,
  { filter, order, shownFacts = [] }: BrowseRequest,
): BrowseReferences {
  const { db } = session.open().workspace
  const known: BrowseReferences = {
    settled: db.prepare("SELECT 1 FROM job WHERE state = 'running'").get() === undefined,
    facts: {},
    classNumbers: {},
    subsets: filter ? subsetsOf(db, filter) : {},
  }
  const models = new Map<number, { model: StoredModel; find: FindVariant }>()
  const modelOf = (id: number) => {
    const found = models.get(id)
    if (found) return found
    const model = modelFor(db, datasetId, getModel(db, id))
    const read = { model, find: currentVariants(db, model) }
    models.set(id, read)
    return read
  }
  const clean = cleanCondition(db)
  const named = [
    ...(filter ? factsOf(filter, known) : []),
    ...(order?.fact ? [order.fact] : []),
    ...shownFacts.flatMap((shownFact) => [shownFact, ofUnchangedModel(shownFact)]),
  ]
  for (const of of named) {
    const variantId = variantOf(modelOf(of.modelId), of)
    if (of.conditionId !== undefined) conditionTransform(db, of.conditionId)
    known.facts[factKey(of)] = { variantId, conditionId: of.conditionId ?? clean }
  }
  known.classNumbers = classNumbersOf([...models.values()].map(({ model }) => model))
  return known
}

function variantOf(
  { model, find }: { model: StoredModel; find: FindVariant },
  { changed }: FactOf,
): number | null {
  const rewrite = changed === undefined ? noRewrite : rewriteOfChange(changed)
  const found = rewrite && find(rewrite)
  if (found || changed === undefined) return found?.id ?? null
  throw new KernelscopeError(
    'MODEL_NOT_FOUND',
    `${model.title} ${changeTitle(changed)} has no predictions in this workspace under the model's current setup`,
    {
      hint: 'List the changed models with "dataset conditions", or run the study that measures this one again.',
    },
  )
}

/** Returns the selection of a filter's subset, and of every subset that those selections name in turn. */
function subsetsOf(db: Db, filter: ImageFilter): Record<number, ImageSelection> {
  const found: Record<number, ImageSelection> = {}
  for (let id = filter.subsetId; id !== undefined && !(id in found);) {
    const { selection } = getSubset(db, id)
    found[id] = selection
    id = selection.filter?.subsetId
  }
  return found
}

/**
 * Numbers the class names of models with different label lists, so that equal names have equal numbers: by model id,
 * the number of each output. Empty where all models have the same list.
 */
function classNumbersOf(models: readonly StoredModel[]): Record<number, number[]> {
  const [first] = models
  if (!first || models.every(({ labels }) => labels.join('\n') === first.labels.join('\n'))) return {}
  const numbers = new Map<string, number>()
  const numberOf = (name: string) => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, numbers.size)
    return numbers.size - 1
  }
  return Object.fromEntries(models.map(({ id, labels }) => [id, labels.map(numberOf)]))
}
