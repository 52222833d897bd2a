import { brighten } from '../corruptions/brightness.ts'
import type { Perturb } from './types.ts'

/** V of HSV changed by -0.30 to +0.30. */
export const brightness: Perturb = ({ crop }, frame) => brighten(crop, 0.02 * (frame - 15))
