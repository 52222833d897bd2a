import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { checkEpsilons, normOf } from '../norms.ts'
import type { LeastParams } from './params.ts'

/**
 * Refuses what the attack cannot do.
 *
 * @throws STUDY_PARAMS
 */
export function settled(chosen: LeastParams): LeastParams {
  checkEpsilons({ norm: chosen.norm, epsilons: [chosen.largest] })
  if (chosen.attack === 'cw' && chosen.norm === 'linf')
    throw new KernelscopeError('STUDY_PARAMS', 'invalid attack: CW makes the L2 norm of the change small', {
      hint: 'Choose the norm L2, or another attack.',
    })
  return chosen
}

/** The attack that is tried, at the largest epsilon. */
export function attackOf(chosen: LeastParams): Attack {
  const { attack: kind, largest: epsilon, seed } = chosen
  const common: Attack = {
    ...{ op: 'attack', kind, epsilon, alpha: 0, steps: chosen.steps, randomStart: false, restarts: 1 },
    ...{ ...normOf(chosen), seed, surrogate: null, rounded: false },
  }
  if (kind === 'square') return { ...common, alpha: 0.8, steps: chosen.queries }
  if (kind === 'cw') return { ...common, alpha: 0.01, steps: chosen.searchSteps, searches: chosen.searches }
  return { ...common, restarts: chosen.restarts }
}

/** How often an image is attacked, at most. */
export const triesOf = ({ attack, halvings }: LeastParams): number => (attack === 'cw' ? 1 : halvings + 1)
