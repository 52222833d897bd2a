import type { StudyCondition } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'
import {
  type ClassConfidence,
  type ConfidentImage,
  type FactsOf,
  type ImageSource,
  type ImageVerdicts,
  meanConfidencesOf,
  mostConfident,
  type Outcome,
  outcomePages,
  outcomesOf,
  type PlannedCondition,
  type RankedImage,
  rankingsOf,
  trueClassAnswers,
  type TrueClassAnswer,
  verdictsOf,
} from '../../facts/index.ts'
import { pictureName } from './pictureName.ts'
import type { Grid, GridModel } from '../definition/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/**
 * Finds a stored condition of a model by its key, with the variant of its facts; null before it was measured.
 */
export function measured(
  model: GridModel,
  key: string,
): { stored: PlannedCondition; variantId: number } | null {
  const stored = model.conditions.find(({ condition }) => condition.key === key)
  const variantId = stored ? model.variantOf(stored) : null
  return stored && variantId !== null ? { stored, variantId } : null
}

/** Finds the cell of a model by its key; null without one. */
export const cellOf = (grid: Grid, modelId: number, key: string): StudyCondition | null =>
  grid.cells.find((cell) => cell.modelId === modelId && cell.key === key) ?? null

/** Finds the facts of an ungrouped condition and their images; null before it was measured. */
function factsUnder(model: GridModel, key: string): { source: ImageSource; facts: FactsOf } | null {
  const found = measured(model, key)
  const conditionId = found?.stored.parts[0]?.conditionId ?? null
  if (!found || conditionId === null) return null
  return { source: found.stored.source, facts: { variantId: found.variantId, conditionId } }
}

/** The prediction of a model for one image. */
export interface PictureOutcome extends Outcome {
  /** Name of the picture, the same in every part of its dataset. */
  picture: string
}

const withPicture = (outcome: Outcome): PictureOutcome => ({
  ...outcome,
  picture: pictureName(outcome.name, false),
})

/** Reads the predictions of an ungrouped condition in order of image id. */
export function outcomes(db: Db, model: GridModel, key: string): PictureOutcome[] {
  const found = factsUnder(model, key)
  return found ? outcomesOf(db, found.source, found.facts).map(withPicture) : []
}

/**
 * Finds the images of an ungrouped condition with the highest confidence, among those that are wrong
 * ("wrong") or whose true class the model does not know ("unknown").
 */
export function mostConfidentUnder(
  db: Db,
  model: GridModel,
  key: string,
  which: 'wrong' | 'unknown',
  limit: number,
): ConfidentImage[] {
  const found = factsUnder(model, key)
  return found ? mostConfident(db, found.source, found.facts, which, limit) : []
}

/** Mean confidence of an ungrouped condition, class by class, from 0 to 1. */
export function meanConfidences(db: Db, model: GridModel, key: string): ClassConfidence[] {
  const found = factsUnder(model, key)
  return found ? meanConfidencesOf(db, found.source, found.facts) : []
}

/** Reads for each image of an ungrouped condition whether its prediction is right. */
export function verdicts(db: Db, model: GridModel, key: string): ImageVerdicts {
  const found = factsUnder(model, key)
  return found
    ? verdictsOf(db, found.source, found.facts)
    : { ids: new Float64Array(0), right: new Uint8Array(0) }
}

/** Reads what a model's predictions say of the true classes of an ungrouped condition, by image id. */
export function answersUnder(db: Db, model: GridModel, key: string): Map<number, TrueClassAnswer> {
  const found = factsUnder(model, key)
  return found ? trueClassAnswers(db, found.source, found.facts) : new Map()
}

/**
 * Yields the predictions of an ungrouped condition a few thousand at a time. Other work goes on in between.
 */
export async function* outcomesInTurn(db: Db, model: GridModel, key: string): AsyncGenerator<Outcome[]> {
  const found = factsUnder(model, key)
  if (!found) return
  for (const page of outcomePages(db, found.source, found.facts)) {
    yield page
    await nextTurn()
  }
}

/** Reads the five most probable classes of each image of an ungrouped condition, in order of image id. */
export function rankings(db: Db, model: GridModel, key: string): RankedImage[] {
  const found = factsUnder(model, key)
  return found ? rankingsOf(db, found.source, found.facts) : []
}
