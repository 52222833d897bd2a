import type { Db } from '../workspace/index.ts'
import { countFacts } from './counts.ts'
import { bySource } from './images.ts'
import type { PlannedCondition } from './plannedConditions.ts'

/** Returns a function that counts the images of a condition that have a prediction. */
export function measuredCounter(db: Db): (variantId: number, condition: PlannedCondition) => number {
  const counts = bySource((source) => countFacts(db, source))
  return (variantId, { parts, source }) => {
    const count = counts(source)
    return parts.reduce((sum, part) => sum + count({ variantId, ...part }), 0)
  }
}
