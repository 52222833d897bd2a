import { allOutputs } from '#shared/readouts.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { cleanCondition, currentVariants, predictionFinder } from '../../../facts/index.ts'

/** A stored prediction with the title of the predicted class. */
export interface StoredAnswer {
  predicted: number
  confidence: number
  correct: boolean | null
  trueProbability: number | null
  label: string
}

/**
 * Returns a function that reads the stored predictions of an example: `before` unchanged, `after` under a
 * condition; null where it was not measured.
 */
export function answersOf(db: Db, model: StoredModel, conditionId: number | null) {
  const variantId = currentVariants(db, model)(noRewrite, { readout: allOutputs })?.id ?? null
  const clean = cleanCondition(db)
  const predictionOf = predictionFinder(db)
  const read = (condition: number | null, exampleId: number): StoredAnswer | null => {
    const found = predictionOf({ variantId, conditionId: condition }, exampleId)
    if (!found) return null
    const { predicted, confidence, correct, trueProbability } = found
    const label = model.labels[predicted] ?? `class ${predicted}`
    return { predicted, confidence, correct, trueProbability, label }
  }
  return (exampleId: number) => ({ before: read(clean, exampleId), after: read(conditionId, exampleId) })
}
