import type { PlannedCondition } from '../../facts/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyDefinition } from '../definition/index.ts'
import { passKey } from '../measure/passes.ts'

/** Conditions that are computed together, and the cost of one image under all of them, in forward passes of the model. */
export interface PassGroup {
  conditions: [PlannedCondition, ...PlannedCondition[]]
  forwards: number
}

/** Groups conditions that are computed together: those of one trajectory, and those that differ only in how they read outputs. */
export function passGroups(
  db: Db,
  { work }: Pick<StudyDefinition, 'work'>,
  model: StoredModel,
  conditions: readonly PlannedCondition[],
): PassGroup[] {
  const together = (stored: PlannedCondition) => work?.together(stored) ?? null
  const forwards = (group: PassGroup['conditions']) => {
    if (work && together(group[0]) !== null) return work.forwards(group, model)
    return work?.comesAlong?.(group[0], conditions, { db, model }) ? 0 : 1
  }
  return [...Map.groupBy(conditions, (stored) => together(stored) ?? passKey(stored)).values()].flatMap(
    ([first, ...others]) =>
      first === undefined ? [] : [{ conditions: [first, ...others], forwards: forwards([first, ...others]) }],
  )
}
