import type { Generator } from '#shared/random.ts'
import type { Picture } from '../../picture.ts'

export interface PerturbationInput {
  /** The model's input: the centre crop of `whole`. */
  crop: Picture
  /** The resized picture before its crop. */
  whole: () => Picture
}

/** Random generators of a frame. */
export interface FrameGenerators {
  /** The same for all frames of the sequence. */
  sequence: () => Generator
  /** Of this frame alone. */
  frame: () => Generator
}

/** Computes one frame of a sequence, with the crop's size. `difficulty` is 1, 2 or 3. */
export type Perturb = (
  input: PerturbationInput,
  frame: number,
  draws: FrameGenerators,
  difficulty: number,
) => Picture

/**
 * A perturbation. To add one: write a file next to this one, a line in `all.ts`, and one in
 * `shared/transforms/perturbationNames.ts`.
 */
export interface PerturbationDefinition {
  /** Description of a frame. Lengths are in pixels for images of side 224. */
  text: (frame: number) => string
  apply: Perturb
}

/** A noise sequence: the first frame is the clean image, the others have noise. */
export const afterClean = (
  noise: (crop: Picture, difficulty: number, draws: FrameGenerators) => Picture,
): PerturbationDefinition => ({
  text: (frame) => (frame === 0 ? 'clean' : `draw ${frame}`),
  apply: ({ crop }, frame, draws, difficulty) => (frame === 0 ? crop : noise(crop, difficulty, draws)),
})

const radian = Math.PI / 180
export const radians = (degrees: number) => degrees * radian

export const signed = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value)}`
export const degrees = (value: number) => `${signed(value)}°`
