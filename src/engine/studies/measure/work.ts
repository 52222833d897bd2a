import { attack as attackSchema, type Attack } from '#shared/attacks.ts'
import type { ConditionWork, ExtraWork, WorkContext } from '../definition/index.ts'
import type { PlannedCondition } from '../../facts/index.ts'

/** Forward passes that a forward and a backward pass take as long as: about 2.3 in most families (docs/performance.md). */
export const gradientForwards = 2.3

/** Gradients of one step: TAIG integrates over the 21 points of a path. */
const gradientsPerStep: Record<Attack['kind'], number> = {
  fgsm: 1,
  pgd: 1,
  mifgsm: 1,
  'taig-s': 21,
  'taig-r': 21,
  sign: 0,
}

/** Forward passes of one image under attacks that one trajectory serves: all gradients of the longest, and an answer for each. */
export function attackForwards(attacks: readonly Attack[]): number {
  const [first] = attacks
  if (!first) return 0
  const steps = first.kind === 'fgsm' ? 1 : Math.max(...attacks.map((attack) => attack.steps))
  return first.restarts * (steps * gradientsPerStep[first.kind] * gradientForwards + attacks.length)
}

/** Equal for attacks that one trajectory serves: they differ in steps only, or for one-step attacks in epsilon only. */
export function trajectoryKey({ epsilon, alpha, steps, ...shared }: Attack): string {
  const oneStep = shared.kind === 'fgsm' || shared.kind === 'sign'
  return JSON.stringify(oneStep ? shared : { ...shared, epsilon, alpha })
}

/** The attack of a condition that is made with the model's own gradient. */
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

/** The same number of drawn images for every model, at so many forward passes each. */
export const drawnWork = (
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
