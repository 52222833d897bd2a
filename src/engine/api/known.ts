import type { FactOf, ImageFilter, ImageOrder, ImageSelection } from '#shared/contract/index.ts'
import { factKey, factsOf, getSubset, type Known } from '../datasets/index.ts'
import { currentVariant, getModel, type StoredModel } from '../models/index.ts'
import { cleanCondition } from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'
import type { EngineSession } from './session.ts'

/** What a request to the browse thread may speak of. */
export interface Spoken {
  filter?: ImageFilter | null | undefined
  order?: ImageOrder | undefined
  looks?: readonly FactOf[] | undefined
}

/** Looks up everything a filter, an order and looks name. Errors: MODEL_NOT_FOUND, SUBSET_NOT_FOUND. */
export function knownFor(session: EngineSession, { filter, order, looks = [] }: Spoken): Known {
  const { db } = session.open().workspace
  const known: Known = {
    settled: db.prepare("SELECT 1 FROM job WHERE state = 'running'").get() === undefined,
    facts: {},
    classNumbers: {},
    subsets: filter ? subsetsOf(db, filter) : {},
  }
  const models = new Map<number, StoredModel>()
  const modelOf = (id: number) => {
    const model = models.get(id) ?? getModel(db, id)
    models.set(id, model)
    return model
  }
  const clean = cleanCondition(db)
  const spoken = [
    ...(filter ? factsOf(filter, known) : []),
    ...(order?.fact ? [order.fact] : []),
    ...looks.flatMap((look) => [look, { modelId: look.modelId }]),
  ]
  for (const of of spoken) {
    const variantId = currentVariant(db, modelOf(of.modelId))?.id ?? null
    known.facts[factKey(of)] = { variantId, conditionId: of.conditionId ?? clean }
  }
  known.classNumbers = classNumbersOf([...models.values()])
  return known
}

/** The subset of a filter, and that of its rule, and so on. */
function subsetsOf(db: Db, filter: ImageFilter): Record<number, ImageSelection> {
  const found: Record<number, ImageSelection> = {}
  for (let id = filter.subsetId; id !== undefined && !(id in found);) {
    const { selection } = getSubset(db, id)
    found[id] = selection
    id = selection.filter?.subsetId
  }
  return found
}

/** Where models have different label lists, their outputs are compared by class name. */
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
