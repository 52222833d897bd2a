import { exp } from '#shared/elementary.ts'
import type { Generator } from '#shared/random.ts'
import type { Picture } from '../../picture.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Expected photons of a white channel value. */
const photons: Severities<number> = [60, 25, 12, 5, 3]

interface PoissonTable {
  /** P(count <= k) times 2^32, for k = 0, 1, … until it rounds to 2^32. */
  cumulative: Float64Array
  /** Smallest count whose cumulative probability exceeds i / 256. The search starts there. */
  start: Uint16Array
}

function poissonTable(mean: number): PoissonTable {
  const cumulative: number[] = []
  let probability = exp(-mean)
  let sum = 0
  for (let k = 0; sum < 1 - 2 ** -33 && k < mean + 20 * Math.sqrt(mean + 10); k++) {
    sum += probability
    cumulative.push(sum * 4294967296)
    probability *= mean / (k + 1)
  }
  cumulative[cumulative.length - 1] = Infinity
  const start = new Uint16Array(256)
  for (let i = 0, k = 0; i < 256; i++) {
    while (cumulative[k]! <= i * 16777216) k++
    start[i] = k
  }
  return { cumulative: Float64Array.from(cumulative), start }
}

/** By strength: one table for each of the 256 levels. Few strengths are in use. */
const tables = new Map<number, PoissonTable[]>()

function tablesFor(strength: number): PoissonTable[] {
  const known = tables.get(strength)
  if (known !== undefined) return known
  const made = Array.from({ length: 256 }, (_, level) => poissonTable((level / 255) * strength))
  tables.set(strength, made)
  return made
}

/** Poisson(x * strength) / strength with one draw per channel value, x in [0,1]. */
export function addShotNoise(picture: Picture, strength: number, random: Generator): Picture {
  const byLevel = tablesFor(strength)
  const pixels = new Uint8Array(picture.pixels.length)
  for (let i = 0; i < pixels.length; i++) {
    const { cumulative, start } = byLevel[picture.pixels[i]!]!
    const draw = random.uint32()
    let count = start[draw >>> 24]!
    while (cumulative[count]! <= draw) count++
    pixels[i] = Math.min(255, (255 * count) / strength)
  }
  return { ...picture, pixels }
}

export const shotNoise: CorruptionDefinition = {
  deterministic: false,
  parameters: [parameter('Photons of a white pixel', photons)],
  apply: (picture, severity, random) => addShotNoise(picture, at(photons, severity), random),
}
