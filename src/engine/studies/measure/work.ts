import { attack as attackSchema, stopsWhenWrong, type Attack } from '#shared/attacks.ts'
import type { StoredModel } from '../../models/index.ts'
import type { ConditionWork, ExtraWork, WorkContext } from '../definition/index.ts'
import type { PlannedCondition } from '../../facts/index.ts'
import { gradientForwards } from './gradientForwards.ts'

/** Gradients and predictions of one start of an attack with so many steps, at most. */
interface Passes {
  gradients: number
  predictions: number
}

/** TAIG integrates over 21 points of a path. Losses of logits need the outputs before their gradient. */
const passesOf: Record<Attack['kind'], (attack: Attack, steps: number) => Passes> = {
  fgsm: () => ({ gradients: 1, predictions: 0 }),
  pgd: (_, steps) => ({ gradients: steps, predictions: 0 }),
  mifgsm: (_, steps) => ({ gradients: steps, predictions: 0 }),
  'taig-s': (_, steps) => ({ gradients: 21 * steps, predictions: 0 }),
  'taig-r': (_, steps) => ({ gradients: 21 * steps, predictions: 0 }),
  sign: () => ({ gradients: 0, predictions: 0 }),
  'apgd-ce': (_, steps) => ({ gradients: steps + 1, predictions: 0 }),
  'apgd-dlr': (_, steps) => ({ gradients: steps + 1, predictions: steps + 1 }),
  'apgd-t': ({ targets = 1 }, steps) => ({
    gradients: targets * (steps + 1),
    predictions: targets * (steps + 1),
  }),
  square: (_, steps) => ({ gradients: 0, predictions: steps + 1 }),
  cw: ({ searches = 1 }, steps) => ({ gradients: searches * steps, predictions: searches * steps }),
}

/**
 * Forward passes of one image under attacks with a model's gradient that share a trajectory: all gradients and predictions of the
 * longest one, and one prediction for each attack. An attack that ends where the answer is wrong takes less.
 */
export function attackForwards(model: Pick<StoredModel, 'inspection'>, attacks: readonly Attack[]): number {
  const [first] = attacks
  if (!first) return 0
  const { gradients, predictions } = passesOf[first.kind](
    first,
    Math.max(...attacks.map(({ steps }) => steps)),
  )
  const clean = stopsWhenWrong(first) ? 1 : 0
  return (
    clean +
    first.restarts * (gradients * gradientForwards(model) + predictions + (clean ? 0 : attacks.length)) +
    clean * attacks.length
  )
}

/**
 * A key that is equal for attacks that share a trajectory: they differ only in steps, or, for one-step attacks and cw, only in
 * epsilon. Other attacks that end where the answer is wrong share none: their step sizes depend on the number of steps.
 */
export function trajectoryKey({ epsilon, alpha, steps, ...shared }: Attack): string {
  if (shared.kind === 'fgsm' || shared.kind === 'sign') return JSON.stringify(shared)
  if (shared.kind === 'cw') return JSON.stringify({ ...shared, alpha, steps })
  const whole = stopsWhenWrong(shared) ? { steps } : {}
  return JSON.stringify({ ...shared, epsilon, alpha, ...whole })
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
  atMost: (conditions) =>
    conditions.some((stored) => {
      const attack = ownAttack(stored)
      return attack !== null && stopsWhenWrong(attack)
    }),
  toldBySteps: true,
}

/**
 * The work of an answer under each condition, in forward passes: its part of what is computed together. 1 each where the steps
 * of a study do not tell their work.
 */
export function answerWeights<C extends PlannedCondition>(
  work: ConditionWork | undefined,
  model: StoredModel,
  conditions: readonly C[],
): Map<C, number> {
  const groups = Map.groupBy(conditions, (stored) => (work?.toldBySteps ? work.together(stored) : null))
  return new Map(
    [...groups].flatMap(([key, group]) => {
      const each = key === null || !work ? 1 : work.forwards(group, model) / group.length
      return group.map((stored): [C, number] => [stored, each])
    }),
  )
}

/** The same number of sampled images for every model, each at `forwards` forward passes of the model. */
export const sampledWork = (
  { models, images, settled }: WorkContext,
  drawn: number,
  forwards: (model: StoredModel) => number,
  answers: (model: StoredModel) => number = () => 1,
): ExtraWork[] =>
  models.map((model) => ({
    model,
    images: Math.min(drawn, images),
    stored: Math.min(drawn, settled(model)),
    forwards: forwards(model),
    answers: answers(model),
  }))
