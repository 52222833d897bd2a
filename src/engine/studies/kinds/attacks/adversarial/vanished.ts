import type { Db } from '../../../../workspace/index.ts'
import type { Grid } from '../../../definition/index.ts'
import { epsilonTitle } from '../titles.ts'
import { unmoved } from '../unmoved.ts'
import { oneStepKey } from './conditions.ts'
import type { AdversarialParams } from './params.ts'

/** Smaller changes may be lost to rounding. */
const least = 1e-4

/**
 * Notes the models whose gradient vanishes for some images, as where a softmax saturates: an attack leaves these as they are,
 * and images made with another such model, too.
 */
export function vanishedNotes(db: Db, grid: Grid, chosen: AdversarialParams): string[] {
  const key = oneStepKey(chosen)
  const epsilon = Math.max(...chosen.epsilons)
  if (key === null || epsilon < least) return []
  return grid.models.flatMap((model) => {
    const { still, of } = unmoved(db, model, key)
    return still === 0
      ? []
      : [
          `${model.title}: its gradient vanishes for ${still} of the ${of} images that were right: one step at ${epsilonTitle(epsilon, chosen.norm)} leaves the output of their class as it is. That they stay right shows no robustness. Of logits, the DLR loss of the strong attacks does not saturate.`,
        ]
  })
}
