import { z } from 'zod'
import { canonicalJson } from '../canonical.ts'
import { corruption } from './corruption.ts'
import { identity } from './identity.ts'
import { patchDrop } from './patchDrop.ts'
import { perturbation } from './perturbation.ts'

/**
 * What is done to an image between its geometry (resize and crop) and the model: plain data with a seed. Equal values
 * give equal pixels, everywhere. A new one is a file beside this one, a member here and a file of the same name in the
 * engine's `images/transforms/`.
 */
export const transform = z.discriminatedUnion('op', [identity, patchDrop, corruption, perturbation])

export type Transform = z.infer<typeof transform>

/** The text whose SHA-256 is the transform's digest; defaults are filled in and unknown members dropped first. */
export const canonicalTransform = (value: Transform) => canonicalJson(transform.parse(value))

export { parseDraws, serialiseDraws, toBitset, fromBitset, type Draws } from './draws.ts'
export {
  corruptionNames,
  deterministicCorruptions,
  holdOutCorruptions,
  type Corruption,
  type CorruptionName,
} from './corruption.ts'
export type { Identity } from './identity.ts'
export {
  patchMask,
  patchGrid,
  droppedPatches,
  drawsEntry,
  fillColours,
  type PatchDrop,
  type PatchGrid,
} from './patchDrop.ts'
export {
  frameCount,
  holdOutPerturbations,
  noisePerturbations,
  perturbationNames,
  type Perturbation,
  type PerturbationName,
} from './perturbation.ts'
