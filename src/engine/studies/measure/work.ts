import { attack as attackSchema, type Attack } from '#shared/attacks.ts'
import type { ConditionWork, ExtraWork, WorkContext } from '../definition/index.ts'
import type { PlannedCondition } from '../../facts/index.ts'

/**
 * Time of a forward and a backward pass, in forward passes: about 2.3 in most families (docs/performance.md).
 */
export const gradientForwards = 2.3

/** Gradients per step. TAIG integrates over 21 points of a path. */
const gradientsPerStep: Record<Attack['kind'], number> = {
  fgsm: 1,
  pgd: 1,
  mifgsm: 1,
  'taig-s': 21,
  'taig-r': 21,
  sign: 0,
}

/**
 * Forward passes of one image under attacks that share a trajectory: all gradients of the longest one, and
 * one prediction for each attack.
 */
export function attackForwards(attacks: readonly Attack[]): number {
  const [first] = attacks
  if (!first) return 0
  const steps = first.kind === 'fgsm' ? 1 : Math.max(...attacks.map((attack) => attack.steps))
  return first.restarts * (steps * gradientsPerStep[first.kind] * gradientForwards + attacks.length)
}

/**
 * A key that is equal for attacks that share a trajectory: they differ only in steps, or, for one-step
 * attacks, only in epsilon.
 */
export function trajectoryKey({ epsilon, alpha, steps, ...shared }: Attack): string {
  const oneStep = shared.kind === 'fgsm' || shared.kind === 'sign'
  return JSON.stringify(oneStep ? shared : { ...shared, epsilon, alpha })
}

/** The attack of a condition, where it uses the model's own gradient; else null. */
const ownAttack = ({ parts }: PlannedCondition): Attack | null => {
  const attack = attackSchema.safeParse(parts[0]?.transform).data
  return attack?.surrogate === null ? attack : null
}

export const attackWork: ConditionWork = {
  together(stored) {
    const attack = ownAttack(stored)
    return attack && trajectoryKey(attack)
  },
  forwards: (conditions) => attackForwards(conditions.flatMap((stored) => ownAttack(stored) ?? [])),
}

/** The same number of sampled images for every model, each at `forwards` forward passes. */
export const sampledWork = (
  { models, images, settled }: WorkContext,
  drawn: number,
  forwards: number,
): ExtraWork[] =>
  models.map((model) => ({
    model,
    images: Math.min(drawn, images),
    stored: Math.min(drawn, settled(model)),
    forwards,
  }))
