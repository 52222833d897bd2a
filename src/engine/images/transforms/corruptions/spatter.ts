import type { Generator } from '#shared/random.ts'
import { gaussianBlur } from '../../filters/blur.ts'
import { canny, distanceTo } from '../../filters/edges.ts'
import { lengthScale, type Levels } from '../../filters/levels.ts'
import { boxBlur, equalised, filter3x3, rounded } from '../../filters/planes.ts'
import type { Picture } from '../../picture.ts'
import { at, parameter, type CorruptionDefinition, type Severities } from './definition.ts'

/** Parameters of the noise of a liquid layer: mean, deviation, sigma of the blur (pixels at 224), threshold. */
export interface LiquidStyle {
  mean: number
  deviation: number
  sigma: number
  threshold: number
}

/** Layer of liquid, strength (for mud: sigma of its soft edge), and kind of liquid. */
type Spatter = readonly [LiquidStyle, number, 'water' | 'mud']
const liquid = (mean: number, deviation: number, sigma: number, threshold: number): LiquidStyle => ({
  mean,
  deviation,
  sigma,
  threshold,
})
const spatters: Severities<Spatter> = [
  [liquid(0.65, 0.3, 4, 0.69), 0.6, 'water'],
  [liquid(0.65, 0.3, 3, 0.68), 0.6, 'water'],
  [liquid(0.65, 0.3, 2, 0.68), 0.5, 'water'],
  [liquid(0.65, 0.3, 1, 0.65), 1.5, 'mud'],
  [liquid(0.67, 0.4, 1, 0.65), 1.5, 'mud'],
]

/** Pale turquoise. */
const waterColour = [175, 238, 238] as const
const mudColour = [63, 42, 20] as const

/** Thickness of the liquid: smoothed noise, 0 below the threshold; one channel, mostly in [0,1]. */
export function liquidLayer(height: number, width: number, style: LiquidStyle, random: Generator): Levels {
  const values = random.normals(height * width)
  for (let i = 0; i < values.length; i++) values[i] = style.mean + style.deviation * values[i]!
  const smooth = gaussianBlur(
    { values, height, width, channels: 1 },
    style.sigma * lengthScale({ height, width }),
  )
  const { values: thick } = smooth
  for (let i = 0; i < thick.length; i++) if (thick[i]! < style.threshold) thick[i] = 0
  return smooth
}

const relief = [-2, -1, 0, -1, 1, 1, 0, 1, 2]

/** Adds drops with bright edges in turquoise: thickness times the embossed distance to the nearest edge. */
export function underWater(picture: Picture, layer: Levels, strength: number): Picture {
  const { height, width } = picture
  const thickness = { values: new Uint8Array(layer.values.length), height, width }
  for (let i = 0; i < layer.values.length; i++) thickness.values[i] = 255 * layer.values[i]!
  const distance = boxBlur(distanceTo(canny(thickness, 50, 150), 20))
  const levels = equalised({ ...distance, values: new Uint8Array(distance.values) })
  const shine = rounded(boxBlur(rounded(filter3x3(levels, relief)))).values
  return shaded(picture, thickness.values, shine, strength)
}

function shaded(picture: Picture, thickness: Uint8Array, shine: Uint8Array, strength: number): Picture {
  let largest = 0
  for (let i = 0; i < shine.length; i++) largest = Math.max(largest, thickness[i]! * shine[i]!)
  // Without any drop the published code would divide by zero.
  if (largest === 0) return picture
  const factor = strength / largest
  const [red, green, blue] = waterColour
  const pixels = new Uint8Array(picture.pixels.length)
  for (let pixel = 0, i = 0; pixel < shine.length; pixel++, i += 3) {
    const wet = factor * thickness[pixel]! * shine[pixel]!
    pixels[i] = Math.min(255, picture.pixels[i]! + wet * red)
    pixels[i + 1] = Math.min(255, picture.pixels[i + 1]! + wet * green)
    pixels[i + 2] = Math.min(255, picture.pixels[i + 2]! + wet * blue)
  }
  return { ...picture, pixels }
}

/** Adds opaque brown spots with a soft edge. */
function underMud(picture: Picture, layer: Levels, threshold: number, softness: number): Picture {
  const spots = { ...layer, values: new Float32Array(layer.values.length) }
  for (let i = 0; i < spots.values.length; i++) spots.values[i] = layer.values[i]! > threshold ? 1 : 0
  const cover = gaussianBlur(spots, softness * lengthScale(picture)).values
  const [red, green, blue] = mudColour
  const pixels = new Uint8Array(picture.pixels.length)
  for (let pixel = 0, i = 0; pixel < cover.length; pixel++, i += 3) {
    const share = cover[pixel]! < 0.8 ? 0 : cover[pixel]!
    pixels[i] = picture.pixels[i]! * (1 - share) + share * red
    pixels[i + 1] = picture.pixels[i + 1]! * (1 - share) + share * green
    pixels[i + 2] = picture.pixels[i + 2]! * (1 - share) + share * blue
  }
  return { ...picture, pixels }
}

export const spatter: CorruptionDefinition = {
  deterministic: false,
  parameters: [
    parameter('Liquid', spatters, ([, , liquid]) => liquid),
    parameter('Sigma', spatters, ([style]) => style.sigma),
    parameter('Threshold', spatters, ([style]) => style.threshold),
    parameter('Strength', spatters, ([, strength]) => strength),
  ],
  apply: (picture, severity, random) => {
    const [style, strength, kind] = at(spatters, severity)
    const layer = liquidLayer(picture.height, picture.width, style, random)
    return kind === 'water'
      ? underWater(picture, layer, strength)
      : underMud(picture, layer, style.threshold, strength)
  },
}
