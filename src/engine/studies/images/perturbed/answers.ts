import { allOutputs } from '#shared/readouts.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { cleanCondition, currentVariants, predictionFinder } from '../../../facts/index.ts'

/** A stored prediction, in words. */
export interface Answer {
  predicted: number
  confidence: number
  correct: boolean | null
  trueProbability: number | null
  label: string
}

/** What a model was found to say of a example as it is and under a condition; null where it was not measured. */
export function answersOf(db: Db, model: StoredModel, conditionId: number | null) {
  const variantId = currentVariants(db, model)(noRewrite, { readout: allOutputs })?.id ?? null
  const clean = cleanCondition(db)
  const predictionOf = predictionFinder(db)
  const read = (condition: number | null, exampleId: number): Answer | null => {
    const found = predictionOf({ variantId, conditionId: condition }, exampleId)
    if (!found) return null
    const { predicted, confidence, correct, trueProbability } = found
    const label = model.labels[predicted] ?? `class ${predicted}`
    return { predicted, confidence, correct, trueProbability, label }
  }
  return (exampleId: number) => ({ before: read(clean, exampleId), after: read(conditionId, exampleId) })
}
