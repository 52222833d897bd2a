import type { Db } from '../workspace/index.ts'
import type { FactsOf } from './join.ts'
import { predictionColumns, toPrediction, type Prediction, type PredictionRow } from './prediction.ts'

/**
 * Returns a function that reads the prediction for an example; null where it was not measured, or where an id is null.
 */
export function predictionFinder(db: Db): (of: FactsOf, exampleId: number | null) => Prediction | null {
  const select = db.prepare<(number | null)[], PredictionRow>(
    `SELECT ${predictionColumns} FROM prediction p WHERE p.variant_id = ? AND p.condition_id = ? AND p.example_id = ?`,
  )
  return ({ variantId, conditionId }, exampleId) => {
    const row = select.get(variantId, conditionId, exampleId)
    return row ? toPrediction(row) : null
  }
}
