import { liquidLayer, underWater } from '../corruptions/spatter.ts'
import type { Levels } from '../../filters/levels.ts'
import type { PerturbationDefinition } from './definition.ts'

const style = { mean: 0.65, deviation: 0.27, sigma: 3.7, threshold: 0.69 }

/** Weights of four rows, from one below to two above, by which the water runs down. */
const run = [0.05, 0.1, 0.15, 0.7] as const

function flowed({ values, height, width, channels }: Levels): Levels {
  const out = new Float32Array(values.length)
  run.forEach((weight, k) => {
    const shift = k - 1
    for (let y = Math.max(0, shift); y < Math.min(height, height + shift); y++) {
      for (let x = 0; x < width; x++)
        out[y * width + x] = out[y * width + x]! + weight * values[(y - shift) * width + x]!
    }
  })
  return { values: out, height, width, channels }
}

/** Drops of one layer that run down and get thinner from frame to frame. */
export const spatter: PerturbationDefinition = {
  text: (frame) => (frame === 0 ? 'fresh' : `flowed ${frame} times`),
  apply: ({ crop }, frame, { sequence }) => {
    let layer = liquidLayer(crop.height, crop.width, style, sequence())
    for (let i = 0; i < frame; i++) layer = flowed(layer)
    return underWater(crop, layer, 0.6)
  },
}
