import { generator } from '#shared/random.ts'
import type { Perturbation, PerturbationName } from '#shared/transforms/perturbation.ts'
import type { Picture } from '../../picture.ts'
import { brightness } from './brightness.ts'
import { gaussianBlur } from './gaussianBlur.ts'
import { motionBlur } from './motionBlur.ts'
import { gaussianNoise, shotNoise, speckleNoise } from './noise.ts'
import { rotate } from './rotate.ts'
import { scale } from './scale.ts'
import { shear } from './shear.ts'
import { snow } from './snow.ts'
import { spatter } from './spatter.ts'
import { tilt } from './tilt.ts'
import { translate } from './translate.ts'
import type { Perturb, Views } from './types.ts'
import { zoomBlur } from './zoomBlur.ts'

const perturbations: Record<PerturbationName, Perturb> = {
  gaussian_noise: gaussianNoise,
  shot_noise: shotNoise,
  motion_blur: motionBlur,
  zoom_blur: zoomBlur,
  snow,
  brightness,
  translate,
  rotate,
  tilt,
  scale,
  speckle_noise: speckleNoise,
  gaussian_blur: gaussianBlur,
  spatter,
  shear,
}

/** The frame of the sequence, of the crop's size. */
export function applyPerturbation(views: Views, transform: Perturbation, imageKey: string): Picture {
  const { name, frame, seed, difficulty } = transform
  const key = ['perturbation', name, difficulty, seed, imageKey] as const
  const draws = { sequence: () => generator(...key), frame: () => generator(...key, frame) }
  return perturbations[name](views, frame, draws, difficulty)
}
