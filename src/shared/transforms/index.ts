import { z } from 'zod'
import { canonicalJson } from '../canonical.ts'
import { bandNoise } from './bandNoise.ts'
import { corruption } from './corruption.ts'
import { identity } from './identity.ts'
import { patchDrop } from './patchDrop.ts'
import { perturbation } from './perturbation.ts'
import { lastNoise, pipeline } from './pipeline.ts'

/**
 * What is done to an image between its geometry (resize and crop) and the model: plain data with a seed. Equal values
 * give equal pixels on every machine. A new transform is a file beside this one, a member here, and a file of the same
 * name in the engine's `images/transforms/`.
 */
export const pixelTransform = z.discriminatedUnion('op', [
  identity,
  patchDrop,
  corruption,
  perturbation,
  bandNoise,
  pipeline,
])

export type PixelTransform = z.infer<typeof pixelTransform>

/** Type of a transform's pixels: 8-bit levels, or float32 in [0,1] units, where values may lie outside that range. */
export const pixelType = (transform: PixelTransform): 'uint8' | 'float32' =>
  lastNoise(transform) ? 'float32' : 'uint8'

/** The text whose SHA-256 is the transform's digest. Defaults are filled in and unknown members dropped first. */
export const canonicalPixelTransform = (value: PixelTransform) => canonicalJson(pixelTransform.parse(value))

export { bandRadii, type BandNoise } from './bandNoise.ts'
export {
  checkDraws,
  parseDraws,
  toBitset,
  fromBitset,
  masksOf,
  onlyEntry,
  type Draws,
  type SizedMasks,
} from './draws.ts'
export { byLevel, drawsText, serialiseDraws, type WrittenMasks } from './drawsText.ts'
export { icePictures, icePicturesIn, madeCorruption, picturesOf } from './corruption.ts'
export { corruptionNames, type CorruptionName } from './corruptionNames.ts'
export { patchMask, patchGrid, droppedPatches, drawsEntry, fillColours, type PatchDrop } from './patchDrop.ts'
export {
  frameCount,
  noisePerturbations,
  perturbationNames,
  type PerturbationName,
} from './perturbationNames.ts'
export { conditionTransform, pipelineFile, sweptSteps, type PipelineChoice } from './pipelineFile.ts'
export { writtenStep, type StepOp, type WrittenStep } from './pipelineSteps.ts'
export { fieldsOfStep, stepName, sweepable, type NamedStep } from './stepFields.ts'
export { inTurn, lastNoise, mostSteps, readsOutside, type Pipeline, type PipelineStep } from './pipeline.ts'
export {
  imagenetC15,
  imagenetC19,
  imagenetCHoldOut,
  imagenetP10,
  imagenetP14,
  imagenetPHoldOut,
  type ImagenetCName,
} from './protocols.ts'
