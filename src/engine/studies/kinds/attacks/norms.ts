import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'

/** The norm that bounds the changes of a study. */
export type NormParam = 'linf' | 'l2'

/** The part of an attack that names its norm. L-infinity has none, so that facts of attacks from before there were others are found. */
export const normOf = ({ norm }: { norm: NormParam }): Pick<Attack, 'norm'> => (norm === 'l2' ? { norm } : {})

export const normTitles: Record<NormParam, string> = { linf: 'L∞', l2: 'L2' }

/** How an axis of epsilons is named. */
export const epsilonLabel = (norm: NormParam): string =>
  norm === 'l2' ? 'Epsilon, L2 norm of the change' : 'Epsilon in [0,1] units'

/**
 * Refuses epsilons that the norm cannot mean.
 *
 * @throws STUDY_PARAMS where an L-infinity epsilon is above 1
 */
export function checkEpsilons({ norm, epsilons }: { norm: NormParam; epsilons: readonly number[] }): void {
  const wide = epsilons.find((epsilon) => epsilon > 1)
  if (norm === 'linf' && wide !== undefined)
    throw new KernelscopeError(
      'STUDY_PARAMS',
      `invalid epsilons: ${wide} is above 1, which is all a value can change`,
      {
        hint: 'Values are in [0,1]: write 8/255 for 8 levels. Only L2 norms may be larger.',
      },
    )
}
