import type { Attack } from '#shared/attacks.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { preprocessingOfTransfer, surrogateOf } from '../transfer/surrogate.ts'
import type { AdversarialParams } from './params.ts'
import type { Condition } from '../../../../facts/index.ts'
import { unchanged } from '../../../definition/index.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { normOf } from '../norms.ts'

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b)

/** The numbers of steps of a study's attack, ascending. */
export const stepsOf = ({ attack, steps }: AdversarialParams): number[] =>
  attack === 'fgsm' ? [1] : ascending(steps)

/** Whether a study varies the number of steps: several numbers at one epsilon. */
export const isBySteps = ({ attack, steps, epsilons }: AdversarialParams): boolean =>
  attack !== 'fgsm' && steps.length > 1 && epsilons.length === 1

function attackOf(chosen: AdversarialParams, epsilon: number, steps: number): Attack {
  const { attack, stepRatio, restarts, seed } = chosen
  return {
    op: 'attack',
    kind: attack,
    ...normOf(chosen),
    epsilon,
    alpha: attack === 'fgsm' ? epsilon : epsilon * stepRatio,
    steps,
    randomStart: attack === 'pgd' && chosen.randomStart,
    restarts: attack === 'pgd' && chosen.randomStart ? restarts : 1,
    seed,
    surrogate: null,
    rounded: false,
  }
}

/** The attack with the largest epsilon and the most steps; null where every epsilon is 0. */
export function strongestAttack(chosen: AdversarialParams): Attack | null {
  const epsilon = Math.max(...chosen.epsilons)
  return epsilon === 0 ? null : attackOf(chosen, epsilon, Math.max(...stepsOf(chosen)))
}

/** The key of the attack of one step, without a random start, with the largest epsilon; null where the study has none. */
export function oneStepKey(chosen: AdversarialParams): string | null {
  const epsilon = Math.max(...chosen.epsilons)
  if (epsilon === 0) return null
  if (chosen.attack === 'fgsm') return `epsilon=${epsilon},steps=1`
  return chosen.baseline ? `fgsm,epsilon=${epsilon}` : null
}

/** Whether a model can take images made with another model: both have the same input size. */
export const takesImagesOf = (model: StoredModel, surrogate: StoredModel): boolean =>
  model.id !== surrogate.id &&
  model.preprocessing.size.every((side, axis) => side === surrogate.preprocessing.size[axis])

/** The condition of the strongest attack made with `surrogate`, given to `model` unchanged. */
export function transferCondition(attack: Attack, model: StoredModel, surrogate: StoredModel): Condition {
  return {
    key: `transfer,from=${surrogate.id}`,
    params: { kind: 'transfer', from: surrogate.id, epsilon: attack.epsilon, steps: attack.steps },
    title: `images made with ${surrogate.title}`,
    way: `from ${surrogate.title}`,
    transform: () => ({ ...attack, ...surrogateOf(surrogate) }),
    preprocessing: preprocessingOfTransfer(model, surrogate, false),
  }
}

/** The title of the study's own attack leaves out the attack's name. */
const titleOf = ({ kind, norm, epsilon, steps }: Attack, own: boolean): string =>
  [own ? '' : attackTitles[kind], epsilonTitle(epsilon, norm), own && steps > 1 ? `${steps} steps` : '']
    .filter(Boolean)
    .join(', ')

/** The conditions of an attack study. Epsilon 0 is the clean image for every attack. */
export function attackConditions(
  chosen: AdversarialParams,
  model: StoredModel,
  models: readonly StoredModel[],
): Condition[] {
  const epsilons = ascending(chosen.epsilons).filter((epsilon) => epsilon > 0)
  const make = (key: string, stored: Attack): Condition => ({
    key,
    params: { kind: stored.kind, epsilon: stored.epsilon, steps: stored.steps },
    title: titleOf(stored, key.includes('steps=')),
    way: attackTitles[stored.kind],
    transform: () => stored,
  })
  const strongest = chosen.transfer ? strongestAttack(chosen) : null
  return [
    {
      key: 'clean',
      params: { kind: 'clean', epsilon: 0, steps: 0 },
      title: 'clean',
      baseline: true,
      transform: unchanged,
    },
    ...epsilons.flatMap((epsilon) =>
      stepsOf(chosen).map((steps) =>
        make(`epsilon=${epsilon},steps=${steps}`, attackOf(chosen, epsilon, steps)),
      ),
    ),
    ...(chosen.baseline && chosen.attack !== 'fgsm'
      ? epsilons.map((epsilon) =>
          make(`fgsm,epsilon=${epsilon}`, attackOf({ ...chosen, attack: 'fgsm' }, epsilon, 1)),
        )
      : []),
    ...(chosen.baseline
      ? epsilons.map((epsilon) =>
          make(`sign,epsilon=${epsilon}`, {
            ...attackOf(chosen, epsilon, 1),
            kind: 'sign',
            alpha: epsilon,
            randomStart: false,
            restarts: 1,
          }),
        )
      : []),
    ...(strongest
      ? models
          .filter((surrogate) => takesImagesOf(model, surrogate))
          .map((surrogate) => transferCondition(strongest, model, surrogate))
      : []),
  ]
}
