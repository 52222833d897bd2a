import { attack as attackSchema, type Attack } from '#shared/attacks.ts'
import type { StoredModel } from '../../models/index.ts'
import type { ConditionWork, ExtraWork, WorkContext } from '../definition/index.ts'
import type { PlannedCondition } from '../../facts/index.ts'
import { gradientForwards } from './gradientForwards.ts'

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
 * Forward passes of one image under attacks with a model's gradient that share a trajectory: all gradients of the longest one,
 * and one prediction for each attack.
 */
export function attackForwards(model: Pick<StoredModel, 'inspection'>, attacks: readonly Attack[]): number {
  const [first] = attacks
  if (!first) return 0
  const steps = first.kind === 'fgsm' ? 1 : Math.max(...attacks.map((attack) => attack.steps))
  return first.restarts * (steps * gradientsPerStep[first.kind] * gradientForwards(model) + attacks.length)
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
export const ownAttack = ({ parts }: PlannedCondition): Attack | null => {
  const attack = attackSchema.safeParse(parts[0]?.transform).data
  return attack?.surrogate === null ? attack : null
}

export const attackWork: ConditionWork = {
  together(stored) {
    const attack = ownAttack(stored)
    return attack && trajectoryKey(attack)
  },
  forwards: (conditions, model) =>
    attackForwards(
      model,
      conditions.flatMap((stored) => ownAttack(stored) ?? []),
    ),
}

/** The same number of sampled images for every model, each at `forwards` forward passes of the model. */
export const sampledWork = (
  { models, images, settled }: WorkContext,
  drawn: number,
  forwards: (model: StoredModel) => number,
): ExtraWork[] =>
  models.map((model) => ({
    model,
    images: Math.min(drawn, images),
    stored: Math.min(drawn, settled(model)),
    forwards: forwards(model),
  }))
