import { attack as attackSchema, startsAtImage, type Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { StoredCondition } from '../../../../facts/index.ts'
import { trajectoryKey } from '../../../measure/work.ts'

/** An attack, and the condition of its facts. */
export interface AttackRun {
  conditionId: number
  attack: Attack
}

/** Whether a condition is an attack. */
export const isAttack = ({ parts }: StoredCondition): boolean =>
  parts.some(({ transform }) => transform.op === 'attack')

/** The attack of a condition. */
export function attackOf(condition: StoredCondition): AttackRun {
  const [part] = condition.parts
  const parsed = attackSchema.safeParse(part?.transform)
  if (!part || !parsed.success)
    throw new KernelscopeError('INTERNAL', `no attack in condition ${condition.condition.key}`)
  return { conditionId: part.conditionId, attack: parsed.data }
}

/** Groups attacks that share a trajectory. */
export const trajectories = (attacks: readonly AttackRun[]): AttackRun[][] => [
  ...Map.groupBy(attacks, ({ attack }) => trajectoryKey(attack)).values(),
]

/** Whether the first gradient of a trajectory is taken at the clean image. */
export const beginsClean = ([first]: readonly AttackRun[]): boolean =>
  first !== undefined && startsAtImage(first.attack)
