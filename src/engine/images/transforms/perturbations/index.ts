import { generator } from '#shared/random.ts'
import type { Perturbation } from '#shared/transforms/perturbation.ts'
import { frameCount, type PerturbationName } from '#shared/transforms/perturbationNames.ts'
import type { Picture } from '../../picture.ts'
import * as all from './all.ts'
import type { PerturbationDefinition, PerturbationInput } from './definition.ts'

const perturbations: Record<PerturbationName, PerturbationDefinition> = all

/** Computes a frame of a perturbation sequence, with the crop's size. */
export function applyPerturbation(
  input: PerturbationInput,
  transform: Perturbation,
  imageKey: string,
): Picture {
  const { name, frame, seed, difficulty } = transform
  const key = ['perturbation', name, difficulty, seed, imageKey] as const
  const draws = { sequence: () => generator(...key), frame: () => generator(...key, frame) }
  return perturbations[name].apply(input, frame, draws, difficulty)
}

/** Description of a frame of a perturbation sequence. Lengths are in pixels for images of side 224. */
export function frameText(name: PerturbationName, frame: number): string {
  if (frame < 0 || frame >= frameCount(name)) throw new RangeError(`invalid frame: ${frame}`)
  return perturbations[name].text(frame)
}
