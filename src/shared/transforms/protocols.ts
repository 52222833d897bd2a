/**
 * The members of published protocols, in the order of their tables, named as their folders (Hendrycks and Dietterich
 * 2019). These lists change only when the publication does. What can be made beyond them is a line of
 * `corruptionNames.ts` or `perturbationNames.ts` and does not enter a score.
 */

/** The corruptions of ImageNet-C. mCE is the mean over them. */
export const imagenetC15 = Object.freeze([
  'gaussian_noise',
  'shot_noise',
  'impulse_noise',
  'defocus_blur',
  'glass_blur',
  'motion_blur',
  'zoom_blur',
  'snow',
  'frost',
  'fog',
  'brightness',
  'contrast',
  'elastic_transform',
  'pixelate',
  'jpeg_compression',
] as const)

/** The corruptions that ImageNet-C keeps for validation. */
export const imagenetCHoldOut = Object.freeze([
  'speckle_noise',
  'gaussian_blur',
  'spatter',
  'saturate',
] as const)

/** All nineteen corruptions. The mean accuracy at severity 5 is taken over them. */
export const imagenetC19 = Object.freeze([...imagenetC15, ...imagenetCHoldOut] as const)

export type ImagenetCName = (typeof imagenetC19)[number]

/** The perturbations of ImageNet-P. mFR is the mean over them. */
export const imagenetP10 = Object.freeze([
  'gaussian_noise',
  'shot_noise',
  'motion_blur',
  'zoom_blur',
  'snow',
  'brightness',
  'translate',
  'rotate',
  'tilt',
  'scale',
] as const)

/** The perturbations that ImageNet-P keeps for validation. */
export const imagenetPHoldOut = Object.freeze(['speckle_noise', 'gaussian_blur', 'spatter', 'shear'] as const)

export const imagenetP14 = Object.freeze([...imagenetP10, ...imagenetPHoldOut] as const)
