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

/** A perturbation: a file beside this one, a line in `all.ts` and one in `shared/transforms/perturbationNames.ts`. */
export interface PerturbationDefinition {
  /** What a frame is, in words; lengths in pixels at 224. */
  text: (frame: number) => string
  apply: Perturb
}

/** Noise sequences start with the clean image. */
export const afterClean = (
  noise: (crop: Picture, difficulty: number, draws: Draws) => Picture,
): PerturbationDefinition => ({
  text: (frame) => (frame === 0 ? 'clean' : `draw ${frame}`),
  apply: ({ crop }, frame, draws, difficulty) => (frame === 0 ? crop : noise(crop, difficulty, draws)),
})

const radian = Math.PI / 180
export const radians = (degrees: number) => degrees * radian

export const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value)}`
export const degrees = (value: number) => `${signed(value)}°`
