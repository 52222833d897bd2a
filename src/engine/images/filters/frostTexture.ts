import { sinCos } from '#shared/elementary.ts'
import { generator, type Generator } from '#shared/random.ts'
import { gaussianBlur } from './blur.ts'
import { toPicture } from './levels.ts'
import { plasma } from './plasma.ts'
import type { Picture } from '../picture.ts'

type Colour = readonly [number, number, number]

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

/** Mean and standard deviation of the brightness of the first textures in [0,1], before clipping. */
const firstTone = { mean: 0.45, deviation: 0.22 }

/**
 * Mean and standard deviation of red, green and blue in 0..255 of the five published pictures that are drawn from
 * (hendrycks/robustness, frost1 to frost5; measured on them, the pictures themselves are not shipped).
 */
export const publishedIce: readonly { mean: Colour; deviation: Colour }[] = [
  { mean: [77.7, 149.1, 165.7], deviation: [27, 17, 15] },
  { mean: [200.8, 205.4, 214.5], deviation: [21, 22, 23] },
  { mean: [200.8, 205.4, 214.5], deviation: [21, 22, 23] },
  { mean: [137.6, 152.8, 165.2], deviation: [29, 29, 30] },
  { mean: [112.4, 123.4, 134.8], deviation: [44, 43, 42] },
]

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

/** Brightness of the crystals, their glow and the film between them, on a scale of its own. */
function pattern(style: CrystalStyle, random: Generator): Float32Array {
  const ice = { values: crystals(style, random), height, width, channels: 1 }
  const soft = gaussianBlur(ice, 0.8).values
  const glow = gaussianBlur(ice, 9).values
  const cloud = plasma(512, 1.9, random)
  return soft.map((value, i) => {
    // The plasma is periodic.
    const film = cloud[Math.floor(i / width) * 512 + ((i % width) & 511)]!
    return 1.2 * value + 1.1 * glow[i]! + style.film * film * film
  })
}

interface Tone {
  mean: number
  deviation: number
}

/** Mean and standard deviation of values, each as `read` takes it. */
function momentsOf(values: Float32Array, read: (value: number) => number): Tone {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += read(values[i]!)
  const mean = sum / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (read(values[i]!) - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / values.length) }
}

/** The values moved and stretched from one mean and deviation to others. */
function toned(values: Float32Array, from: Tone, to: Tone): Float32Array {
  const gain = to.deviation / from.deviation
  return values.map((value) => to.mean + (value - from.mean) * gain)
}

const own = (value: number) => value

/** As `toned`, for levels in 0..255: what is cut off at the ends and by rounding down is made up for. */
function tonedLevels(values: Float32Array, from: Tone, to: Tone): Float32Array {
  let aim = to
  for (let round = 0; round < 6; round++) {
    const { mean, deviation } = aim
    const gain = deviation / from.deviation
    const got = momentsOf(values, (value) =>
      Math.trunc(Math.min(255, Math.max(0, mean + (value - from.mean) * gain))),
    )
    aim = { mean: mean + to.mean - got.mean, deviation: (deviation * to.deviation) / got.deviation }
  }
  return toned(values, from, aim)
}

/** White and light blue on black, as textures were made first. */
function firstColours(values: Float32Array): Float32Array {
  const levels = new Float32Array(values.length * 3)
  toned(values, momentsOf(values, own), firstTone).forEach((level, pixel) => {
    const v = Math.min(1, Math.max(0, level))
    levels[3 * pixel] = 255 * v * (0.78 + 0.22 * v)
    levels[3 * pixel + 1] = 255 * v * (0.9 + 0.1 * v)
    levels[3 * pixel + 2] = 255 * Math.min(1, v * (1.12 - 0.12 * v))
  })
  return levels
}

/** Red, green and blue with the mean and deviation of a published picture. */
function publishedColours(values: Float32Array, index: number): Float32Array {
  const { mean, deviation } = publishedIce[index]!
  const from = momentsOf(values, own)
  const levels = new Float32Array(values.length * 3)
  for (const channel of [0, 1, 2] as const) {
    const to = { mean: mean[channel], deviation: deviation[channel] }
    tonedLevels(values, from, to).forEach((value, pixel) => {
      levels[3 * pixel + channel] = value
    })
  }
  return levels
}

const made = new Map<string, Picture>()

/**
 * A synthetic picture of ice, 448 x 640: fern-like crystals. It stands for one of the five photographs of the published
 * code, which we may not redistribute. Each texture is always the same.
 *
 * @param colours matched: the mean and deviation of red, green and blue of the published picture; first: as textures were
 * made before that, darker and with less of an effect. Facts measured with them stay valid.
 * @throws RangeError where the index is not 0 to 4
 */
export function frostTexture(index: number, colours: 'matched' | 'first'): Picture {
  const key = `${colours} ${index}`
  const known = made.get(key)
  if (known !== undefined) return known
  const style = crystalStyles[index]
  if (style === undefined) throw new RangeError(`invalid frost texture: ${index}`)
  const light = pattern(style, generator('frost texture', index))
  const values = colours === 'first' ? firstColours(light) : publishedColours(light, index)
  const texture = toPicture({ values, height, width, channels: 3 })
  made.set(key, texture)
  return texture
}
