import type { Generator } from '#shared/random.ts'
import type { Picture } from '../../picture.ts'

export interface Views {
  /** What the model would be shown: the centre of `whole`. */
  crop: Picture
  /** The resized picture before its crop. */
  whole: () => Picture
}

export interface Draws {
  /** Draws shared by all frames of the sequence. */
  sequence: () => Generator
  /** Draws of this frame alone. */
  frame: () => Generator
}

/** One frame of a sequence, of the crop's size. `difficulty` is 1, 2 or 3. */
export type Perturb = (views: Views, frame: number, draws: Draws, difficulty: number) => Picture

/** Noise sequences start with the clean image. */
export const afterClean =
  (noise: (crop: Picture, difficulty: number, draws: Draws) => Picture): Perturb =>
  ({ crop }, frame, draws, difficulty) =>
    frame === 0 ? crop : noise(crop, difficulty, draws)

const radian = Math.PI / 180
export const radians = (degrees: number) => degrees * radian
