import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Condition } from '../../../../facts/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { unchanged } from '../../../definition/index.ts'
import { checkEpsilons, normOf } from '../norms.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { strongKinds, type StrongKind, type StrongParams } from './params.ts'

/** What a condition is measured for. */
export type Role = 'clean' | 'attack' | 'zero' | 'unbounded' | 'sign' | 'fgsm'

/** The attacks of a study, in the order in which they are made. */
export const attacksOf = ({ attacks }: StrongParams): StrongKind[] =>
  strongKinds.filter((kind) => attacks.includes(kind))

/** The epsilons of a study above 0, ascending. */
export const epsilonsOf = ({ epsilons }: StrongParams): number[] =>
  [...new Set(epsilons)].filter((epsilon) => epsilon > 0).sort((a, b) => a - b)

export const keyOf = (kind: StrongKind, epsilon: number): string => `${kind},epsilon=${epsilon}`

export const zeroKey = (kind: StrongKind): string => `zero,${kind}`

/**
 * Refuses what no attack can do.
 *
 * @throws STUDY_PARAMS
 */
export function settled(chosen: StrongParams): StrongParams {
  checkEpsilons(chosen)
  if (chosen.norm === 'linf' && chosen.attacks.includes('cw'))
    throw new KernelscopeError('STUDY_PARAMS', 'invalid attacks: CW makes the L2 norm of the change small', {
      hint: 'Choose the norm L2, or leave CW out.',
    })
  return chosen
}

/** The attack of a kind with an epsilon, as the parameters say. */
export function attackOf(chosen: StrongParams, kind: StrongKind | 'sign', epsilon: number): Attack {
  const common: Attack = {
    ...{ op: 'attack', kind, epsilon, alpha: 0, steps: chosen.steps, randomStart: false },
    ...{ ...normOf(chosen), restarts: 1, seed: chosen.seed, surrogate: null, rounded: false },
  }
  switch (kind) {
    case 'fgsm':
    case 'sign':
      return { ...common, alpha: epsilon, steps: 1 }
    case 'pgd':
      return { ...common, alpha: epsilon / 4, randomStart: true, restarts: chosen.restarts }
    case 'apgd-ce':
    case 'apgd-dlr':
      return { ...common, restarts: chosen.restarts }
    case 'apgd-t':
      return { ...common, restarts: chosen.restarts, targets: chosen.targets }
    case 'square':
      return { ...common, alpha: chosen.share, steps: chosen.queries }
    case 'cw':
      return { ...common, alpha: chosen.rate, steps: chosen.searchSteps, searches: chosen.searches }
  }
}

/** Steps and tries of an attack with ε 0: it goes through all its parts and cannot change anything. */
const shortest = { steps: 2, restarts: 1 }

function zeroAttack(chosen: StrongParams, kind: StrongKind): Attack {
  const attack = attackOf(chosen, kind, 0)
  return {
    ...attack,
    steps: Math.min(attack.steps, shortest.steps),
    restarts: shortest.restarts,
    ...(attack.targets === undefined ? {} : { targets: 1 }),
    ...(attack.searches === undefined ? {} : { searches: 1 }),
  }
}

/** An epsilon that lets an image of a size become any other. */
export const unbounded = ({ norm }: StrongParams, { preprocessing: { size } }: StoredModel): number =>
  norm === 'linf' ? 1 : Math.ceil(Math.sqrt(3 * size[0] * size[1]))

/** The conditions of a study of attacks that are joined. */
export function strongConditions(chosen: StrongParams, model: StoredModel): Condition[] {
  const epsilons = epsilonsOf(chosen)
  const kinds = attacksOf(chosen)
  const make = (role: Role, key: string, attack: Attack, words: string): Condition => ({
    key,
    params: { role, attack: attack.kind, epsilon: attack.epsilon },
    title: words,
    way: role === 'attack' ? attackTitles[attack.kind] : 'checks',
    transform: () => attack,
  })
  const named = (attack: Attack) =>
    `${attackTitles[attack.kind]}, ${epsilonTitle(attack.epsilon, attack.norm)}`
  const at = (role: Role, kind: StrongKind | 'sign') =>
    epsilons.map((epsilon) => {
      const attack = attackOf(chosen, kind, epsilon)
      return make(role, `${kind},epsilon=${epsilon}`, attack, named(attack))
    })
  const free = attackOf({ ...chosen, restarts: 1 }, 'apgd-ce', unbounded(chosen, model))
  return [
    {
      key: 'clean',
      params: { role: 'clean', attack: '', epsilon: 0 },
      title: 'clean',
      baseline: true,
      transform: unchanged,
    },
    ...kinds.flatMap((kind) => at('attack', kind)),
    ...(chosen.checks
      ? [
          ...kinds.map((kind) =>
            make('zero', zeroKey(kind), zeroAttack(chosen, kind), `${attackTitles[kind]}, ε 0`),
          ),
          make('unbounded', 'unbounded', free, 'APGD-CE without a bound'),
          ...at('sign', 'sign'),
          ...(kinds.includes('fgsm') ? [] : at('fgsm', 'fgsm')),
        ]
      : []),
  ]
}
