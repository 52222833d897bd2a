import type { Generator } from '#shared/random.ts'

/** An image that is attacked, right so far. */
export interface Attacked {
  x0: Float32Array
  /** Its true class. */
  y: number
  epsilon: number
  random: Generator
}

/** What an attack found for an image. */
export interface Found {
  x: Float32Array
  wrong: boolean
  /** Output of the true class minus the largest other one. */
  margin: number
}

/** The size of images in pixels; they have three channels. */
export interface Sides {
  height: number
  width: number
}
