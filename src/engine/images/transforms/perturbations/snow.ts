import { snowLayer, underSnow } from '../corruptions/snow.ts'
import { degrees, type PerturbationDefinition } from './definition.ts'

const style = { mean: 0.05, deviation: 0.3, zoom: 3, threshold: 0.5, radius: 14, sigma: 4, mix: 0.85 }

/** One layer of flakes. The direction of their fall turns from -150 to -30 degrees. */
export const snow: PerturbationDefinition = {
  text: (frame) => `fall ${degrees(4 * frame - 150)}`,
  apply: ({ crop }, frame, { sequence }) =>
    underSnow(crop, snowLayer(crop.height, crop.width, style, sequence()), style, 4 * frame - 150),
}
