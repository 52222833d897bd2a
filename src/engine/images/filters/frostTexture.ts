import { sinCos } from '#shared/elementary.ts'
import { generator, type Generator } from '#shared/random.ts'
import { gaussianBlur } from './blur.ts'
import { toPicture } from './levels.ts'
import { plasma } from './plasma.ts'
import type { Picture } from '../picture.ts'

const height = 448
const width = 640

/** Parameters of the crystals of a texture. */
interface CrystalStyle {
  seeds: number
  /** Mean length of a stem and mean distance between its side branches, in pixels. */
  stem: number
  spacing: number
  /** Angle of the side branches, in degrees. */
  angle: number
  /** Weight of the cloudy film between the crystals. */
  film: number
}

const crystalStyles: readonly CrystalStyle[] = [
  { seeds: 26, stem: 210, spacing: 7, angle: 60, film: 0.35 },
  { seeds: 60, stem: 110, spacing: 6, angle: 60, film: 0.5 },
  { seeds: 18, stem: 330, spacing: 11, angle: 38, film: 0.3 },
  { seeds: 120, stem: 60, spacing: 5, angle: 60, film: 0.45 },
  { seeds: 40, stem: 170, spacing: 9, angle: 48, film: 0.6 },
]

/** Mean and standard deviation of each texture's brightness in [0,1], before clipping. */
const tone = { mean: 0.45, deviation: 0.22 }

export const frostTextureCount = crystalStyles.length

/** Adds a stem from (x, y) that fades along its length, with side branches like a fern's, to the third order. */
function grow(
  ice: Float32Array,
  x: number,
  y: number,
  direction: number,
  length: number,
  order: number,
  style: CrystalStyle,
  random: Generator,
): void {
  const { sin, cos } = sinCos((direction * Math.PI) / 180)
  const strength = 1 - 0.22 * order
  let next = style.spacing * (0.4 + 0.6 * random.uniform())
  for (let along = 0; along < length; along++) {
    const column = Math.round(x + along * cos)
    const row = Math.round(y + along * sin)
    if (column < 0 || row < 0 || column >= width || row >= height) return
    const at = row * width + column
    ice[at] = Math.max(ice[at]!, strength * (1 - 0.6 * (along / length)))
    if (order === 3 || along < next) continue
    next += style.spacing * (0.7 + 0.6 * random.uniform())
    const reach = (length - along) * (0.25 + 0.3 * random.uniform())
    for (const side of [-1, 1]) {
      const turn = side * style.angle + 6 * (random.uniform() - 0.5)
      grow(ice, x + along * cos, y + along * sin, direction + turn, reach, order + 1, style, random)
    }
  }
}

function crystals(style: CrystalStyle, random: Generator): Float32Array {
  const ice = new Float32Array(height * width)
  for (let seed = 0; seed < style.seeds; seed++) {
    const x = width * random.uniform()
    const y = height * random.uniform()
    const first = 360 * random.uniform()
    const arms = 1 + random.integer(3)
    for (let arm = 0; arm < arms; arm++) {
      const length = style.stem * (0.5 + random.uniform())
      grow(ice, x, y, first + (360 / arms) * arm + 10 * random.uniform(), length, 0, style, random)
    }
  }
  return ice
}

/** Brightness of the crystals, their glow and the film between them, scaled to the common mean and deviation. */
function brightness(style: CrystalStyle, random: Generator): Float32Array {
  const ice = { values: crystals(style, random), height, width, channels: 1 }
  const soft = gaussianBlur(ice, 0.8).values
  const glow = gaussianBlur(ice, 9).values
  const cloud = plasma(512, 1.9, random)
  const values = soft.map((value, i) => {
    // The plasma is periodic.
    const film = cloud[Math.floor(i / width) * 512 + ((i % width) & 511)]!
    return 1.2 * value + 1.1 * glow[i]! + style.film * film * film
  })
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length
  const gain = tone.deviation / Math.sqrt(variance)
  return values.map((value) => tone.mean + (value - mean) * gain)
}

const made = new Map<number, Picture>()

/**
 * A synthetic picture of ice, 448 x 640: fern-like crystals in white and light blue on a dark background. It replaces the
 * six photographs of the published code, which we may not redistribute. Each texture is always the same.
 */
export function frostTexture(index: number): Picture {
  const known = made.get(index)
  if (known !== undefined) return known
  const style = crystalStyles[index]
  if (style === undefined) throw new RangeError(`invalid frost texture: ${index}`)
  const light = brightness(style, generator('frost texture', index))
  const values = new Float32Array(light.length * 3)
  light.forEach((level, pixel) => {
    const v = Math.min(1, Math.max(0, level))
    values[3 * pixel] = 255 * v * (0.78 + 0.22 * v)
    values[3 * pixel + 1] = 255 * v * (0.9 + 0.1 * v)
    values[3 * pixel + 2] = 255 * Math.min(1, v * (1.12 - 0.12 * v))
  })
  const texture = toPicture({ values, height, width, channels: 3 })
  made.set(index, texture)
  return texture
}
