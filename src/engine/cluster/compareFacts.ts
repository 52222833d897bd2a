import { isDeepStrictEqual } from 'node:util'
import type { ClusterCheckStep } from '#shared/contract/index.ts'
import {
  cleanCondition,
  currentVariant,
  exampleKeys,
  predictionFinder,
  type Prediction,
} from '../facts/index.ts'
import { getModel } from '../models/index.ts'
import type { Db } from '../workspace/index.ts'

/** Largest difference of probabilities between providers: they round sums in other orders. */
const tolerance = 1e-3

/** Compares the predictions for clean images in two workspaces: to the bit on one provider, within a tolerance on two. */
export function compareFacts(here: Db, there: Db, modelId: number): ClusterCheckStep {
  const step = { id: 'facts', title: 'Its facts' }
  const [own, far] = [readFacts(here, modelId), readFacts(there, modelId)]
  const missing = [...own.facts.keys()].filter((key) => !far.facts.has(key)).length
  if (own.facts.size === 0 || missing > 0)
    return {
      ...step,
      state: 'error',
      value: `${missing} of ${own.facts.size} are missing`,
      hint: 'See the log of the task.',
    }
  const pairs = [...own.facts].map(([key, fact]) => [fact, far.facts.get(key)] as const)
  const differing = pairs.filter(([a, b]) => !isDeepStrictEqual(a, b)).length
  if (differing === 0)
    return {
      ...step,
      state: 'ok',
      value: `${pairs.length} are equal to those of this machine to the bit (${far.provider})`,
    }
  const largest = Math.max(...pairs.map(([a, b]) => distance(a, b)))
  const told = `${differing} of ${pairs.length} differ, by ${largest.toExponential(1)} at most`
  if (own.provider === far.provider)
    return {
      ...step,
      state: 'error',
      value: `${told}, though both were computed by ${far.provider}`,
      hint: 'Do not mix facts of both machines in one study.',
    }
  return largest <= tolerance
    ? {
        ...step,
        state: 'ok',
        value: `${told}: ${far.provider} there, ${own.provider} here; up to ${tolerance} is rounding`,
      }
    : {
        ...step,
        state: 'error',
        value: `${told}: ${far.provider} there, ${own.provider} here`,
        hint: 'More than rounding explains; check drivers and libraries there.',
      }
}

function distance(a: Prediction, b: Prediction | undefined): number {
  if (!b || a.predicted !== b.predicted) return 1
  return Math.max(
    Math.abs(a.confidence - b.confidence),
    Math.abs((a.trueProbability ?? 0) - (b.trueProbability ?? 0)),
  )
}

/** Predictions for clean images by digest of the image and class, and the provider that computed them. */
function readFacts(db: Db, modelId: number): { provider: string; facts: Map<string, Prediction> } {
  const variant = currentVariant(db, getModel(db, modelId))
  const conditionId = cleanCondition(db)
  const facts = new Map<string, Prediction>()
  if (!variant || conditionId === null) return { provider: '', facts }
  const find = predictionFinder(db)
  for (const { id, key } of exampleKeys(db)) {
    const fact = find({ variantId: variant.id, conditionId }, id)
    if (fact) facts.set(key, fact)
  }
  return { provider: variant.provider, facts }
}
