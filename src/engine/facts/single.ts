import type { Db } from '../workspace/index.ts'
import { cellFacts } from './cellFacts.ts'
import type { FactsOf } from './join.ts'
import { toPrediction, type Prediction } from './prediction.ts'

/**
 * Returns a function that reads the prediction for an example; null where it was not measured, or where an id is null.
 * It throws WORKSPACE_CORRUPT where the prediction is not as it was stored.
 */
export function predictionFinder(db: Db): (of: FactsOf, exampleId: number | null) => Prediction | null {
  return (of, exampleId) => {
    const fact = exampleId === null ? null : cellFacts(db, of).of(exampleId)
    return fact && toPrediction(fact)
  }
}
