import { brighten } from '../corruptions/brightness.ts'
import { signed, type PerturbationDefinition } from './definition.ts'

/** Changes V of HSV by -0.30 to +0.30. */
export const brightness: PerturbationDefinition = {
  text: (frame) => `V ${signed(Number((0.02 * (frame - 15)).toFixed(2)))}`,
  apply: ({ crop }, frame) => brighten(crop, 0.02 * (frame - 15)),
}
