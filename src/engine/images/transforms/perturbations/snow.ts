import { snowLayer, underSnow } from '../corruptions/snow.ts'
import type { Perturb } from './types.ts'

const look = { mean: 0.05, deviation: 0.3, zoom: 3, threshold: 0.5, radius: 14, sigma: 4, mix: 0.85 }

/** One layer of flakes whose fall turns from -150 to -30 degrees. */
export const snow: Perturb = ({ crop }, frame, { sequence }) =>
  underSnow(crop, snowLayer(crop.height, crop.width, look, sequence()), look, 4 * frame - 150)
