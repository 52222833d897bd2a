import type { PlannedCondition } from '../../facts/index.ts'
import type { StudyDefinition } from '../definition/index.ts'
import { passKey } from '../measure/passes.ts'

/** Conditions that are computed together, and the cost of one image under all of them, in forward passes of the model. */
export interface PassGroup {
  conditions: [PlannedCondition, ...PlannedCondition[]]
  forwards: number
}

/** Groups conditions that are computed together: those of one trajectory, and those that differ only in how they read outputs. */
export function passGroups(
  { work }: Pick<StudyDefinition, 'work'>,
  conditions: readonly PlannedCondition[],
): PassGroup[] {
  const together = (stored: PlannedCondition) => work?.together(stored) ?? null
  return [...Map.groupBy(conditions, (stored) => together(stored) ?? passKey(stored)).values()].flatMap(
    ([first, ...others]) =>
      first === undefined
        ? []
        : [
            {
              conditions: [first, ...others],
              forwards: work && together(first) !== null ? work.forwards([first, ...others]) : 1,
            },
          ],
  )
}
