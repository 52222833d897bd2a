/**
 * Every perturbation that can be made: its number of frames, and whether it is noise. Noise sequences compare every
 * frame with frame 0, all others compare it with the frame before. Only noise has three difficulties. Scores of
 * ImageNet-P use the lists in `protocols.ts`, whatever is added here.
 */
export const perturbationSequences = [
  { name: 'gaussian_noise', frames: 31, noise: true },
  { name: 'shot_noise', frames: 31, noise: true },
  { name: 'motion_blur', frames: 31, noise: false },
  { name: 'zoom_blur', frames: 31, noise: false },
  { name: 'snow', frames: 31, noise: false },
  { name: 'brightness', frames: 31, noise: false },
  { name: 'translate', frames: 41, noise: false },
  { name: 'rotate', frames: 31, noise: false },
  { name: 'tilt', frames: 31, noise: false },
  { name: 'scale', frames: 31, noise: false },
  { name: 'speckle_noise', frames: 31, noise: true },
  { name: 'gaussian_blur', frames: 31, noise: false },
  { name: 'spatter', frames: 31, noise: false },
  { name: 'shear', frames: 31, noise: false },
] as const

export type PerturbationName = (typeof perturbationSequences)[number]['name']

export const perturbationNames: readonly PerturbationName[] = perturbationSequences.map(({ name }) => name)

const frames = new Map<PerturbationName, number>(
  perturbationSequences.map((each) => [each.name, each.frames]),
)

/** Number of frames of a sequence. */
export const frameCount = (name: PerturbationName): number => frames.get(name) ?? 0

export const noisePerturbations: readonly PerturbationName[] = perturbationSequences
  .filter(({ noise }) => noise)
  .map(({ name }) => name)
