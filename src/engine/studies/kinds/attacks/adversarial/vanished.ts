import type { Db } from '../../../../workspace/index.ts'
import type { Grid } from '../../../definition/index.ts'
import { epsilonTitle } from '../titles.ts'
import { unmoved } from '../unmoved.ts'
import type { SanityCheck } from './checks.ts'
import { oneStepKey } from './conditions.ts'
import type { AdversarialParams } from './params.ts'

/** Smaller changes may be lost to rounding. */
const least = 1e-4

/**
 * The models whose gradient vanishes for some images, as where a softmax saturates: an attack leaves these as they are, and so do
 * images made with another such model. Each is a check that does not hold, with a note.
 */
export function vanishedGradients(
  db: Db,
  grid: Grid,
  chosen: AdversarialParams,
): { checks: SanityCheck[]; notes: string[] } {
  const key = oneStepKey(chosen)
  const epsilon = Math.max(...chosen.epsilons)
  if (key === null || epsilon < least) return { checks: [], notes: [] }
  const size = epsilonTitle(epsilon, chosen.norm)
  const found = grid.models.flatMap((model) => {
    const { still, of } = unmoved(db, model, key)
    return still === 0 ? [] : [{ model: model.title, images: `${still} of the ${of} images that were right` }]
  })
  return {
    checks: found.map(({ model, images }) => ({
      model,
      check: 'The gradient vanishes nowhere',
      holds: false,
      numbers: `one step at ${size} leaves ${images} as they are`,
    })),
    notes: found.map(
      ({ model, images }) =>
        `${model}: its gradient vanishes for ${images}: one step at ${size} leaves the output of their class as it is. That they stay right shows no robustness. Of logits, the DLR loss of the strong attacks does not saturate.`,
    ),
  }
}
