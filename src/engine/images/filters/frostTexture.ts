import { sinCos } from '#shared/elementary.ts'
import { generator, type Generator } from '#shared/random.ts'
import { gaussianBlur } from './blur.ts'
import { toPicture } from './levels.ts'
import { plasma } from './plasma.ts'
import type { Picture } from '../picture.ts'

const height = 448
const width = 640

/** How the crystals of a texture look. */
interface Habit {
  seeds: number
  /** Length of a stem and distance of its side branches, in pixels. */
  stem: number
  spacing: number
  /** Angle of the side branches, in degrees. */
  angle: number
  /** Share of the cloudy film between the crystals. */
  film: number
}

const habits: readonly Habit[] = [
  { seeds: 26, stem: 210, spacing: 7, angle: 60, film: 0.35 },
  { seeds: 60, stem: 110, spacing: 6, angle: 60, film: 0.5 },
  { seeds: 18, stem: 330, spacing: 11, angle: 38, film: 0.3 },
  { seeds: 120, stem: 60, spacing: 5, angle: 60, film: 0.45 },
  { seeds: 40, stem: 170, spacing: 9, angle: 48, film: 0.6 },
]

/** Mean and standard deviation of every texture's brightness, in [0,1], before it is cut to 0..1. */
const tone = { mean: 0.45, deviation: 0.22 }

export const frostTextureCount = habits.length

/** A stem from (x, y) that gets fainter, with side branches like a fern's, down to the third order. */
function grow(
  ice: Float32Array,
  x: number,
  y: number,
  direction: number,
  length: number,
  order: number,
  habit: Habit,
  random: Generator,
): void {
  const { sin, cos } = sinCos((direction * Math.PI) / 180)
  const strength = 1 - 0.22 * order
  let next = habit.spacing * (0.4 + 0.6 * random.uniform())
  for (let along = 0; along < length; along++) {
    const column = Math.round(x + along * cos)
    const row = Math.round(y + along * sin)
    if (column < 0 || row < 0 || column >= width || row >= height) return
    const at = row * width + column
    ice[at] = Math.max(ice[at]!, strength * (1 - 0.6 * (along / length)))
    if (order === 3 || along < next) continue
    next += habit.spacing * (0.7 + 0.6 * random.uniform())
    const reach = (length - along) * (0.25 + 0.3 * random.uniform())
    for (const side of [-1, 1]) {
      const turn = side * habit.angle + 6 * (random.uniform() - 0.5)
      grow(ice, x + along * cos, y + along * sin, direction + turn, reach, order + 1, habit, random)
    }
  }
}

function crystals(habit: Habit, random: Generator): Float32Array {
  const ice = new Float32Array(height * width)
  for (let seed = 0; seed < habit.seeds; seed++) {
    const x = width * random.uniform()
    const y = height * random.uniform()
    const first = 360 * random.uniform()
    const arms = 1 + random.integer(3)
    for (let arm = 0; arm < arms; arm++) {
      const length = habit.stem * (0.5 + random.uniform())
      grow(ice, x, y, first + (360 / arms) * arm + 10 * random.uniform(), length, 0, habit, random)
    }
  }
  return ice
}

/** Crystals, their glow and the film between them, brought to the common tone. */
function brightness(habit: Habit, random: Generator): Float32Array {
  const ice = { values: crystals(habit, random), height, width, channels: 1 }
  const soft = gaussianBlur(ice, 0.8).values
  const glow = gaussianBlur(ice, 9).values
  const cloud = plasma(512, 1.9, random)
  const values = soft.map((value, i) => {
    // The plasma is a torus: it goes on over its border.
    const film = cloud[Math.floor(i / width) * 512 + ((i % width) & 511)]!
    return 1.2 * value + 1.1 * glow[i]! + habit.film * film * film
  })
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length
  const gain = tone.deviation / Math.sqrt(variance)
  return values.map((value) => tone.mean + (value - mean) * gain)
}

const made = new Map<number, Picture>()

/**
 * One of our own ice pictures, 448 x 640: fern-like crystals in white and light blue on a dark ground. They stand in for
 * the six photographs of the published code, whose rights are not ours to pass on; made once, always the same.
 */
export function frostTexture(index: number): Picture {
  const known = made.get(index)
  if (known !== undefined) return known
  const habit = habits[index]
  if (habit === undefined) throw new RangeError(`invalid frost texture: ${index}`)
  const light = brightness(habit, generator('frost texture', index))
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
