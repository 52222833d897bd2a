import type { Db } from '../workspace/index.ts'
import type { FactsOf } from './join.ts'
import { checkedColumns, checkedPrediction, type CheckedRow, type Prediction } from './prediction.ts'

/**
 * Returns a function that reads the prediction for an example; null where it was not measured, or where an id is null.
 * It throws WORKSPACE_CORRUPT where the prediction is not as it was stored.
 */
export function predictionFinder(db: Db): (of: FactsOf, exampleId: number | null) => Prediction | null {
  const select = db.prepare<(number | null)[], CheckedRow>(
    `SELECT ${checkedColumns} FROM prediction p WHERE p.variant_id = ? AND p.condition_id = ? AND p.example_id = ?`,
  )
  return (of, exampleId) => {
    const row = select.get(of.variantId, of.conditionId, exampleId)
    return row && exampleId !== null ? checkedPrediction(of, exampleId, row) : null
  }
}
