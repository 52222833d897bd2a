import { addGaussianNoise } from '../corruptions/gaussianNoise.ts'
import { addShotNoise } from '../corruptions/shotNoise.ts'
import { addSpeckleNoise } from '../corruptions/speckleNoise.ts'
import { afterClean } from './definition.ts'

/** For each difficulty 1, 2, 3: deviation of the Gaussian noise, photons of a white pixel, deviation of the speckle. */
const gaussian = [0.03, 0.05, 0.08]
const photons = [300, 120, 60]
const speckle = [0.05, 0.1, 0.15]

export const gaussianNoise = afterClean((crop, difficulty, { frame }) =>
  addGaussianNoise(crop, gaussian[difficulty - 1]!, frame()),
)
export const shotNoise = afterClean((crop, difficulty, { frame }) =>
  addShotNoise(crop, photons[difficulty - 1]!, frame()),
)
export const speckleNoise = afterClean((crop, difficulty, { frame }) =>
  addSpeckleNoise(crop, speckle[difficulty - 1]!, frame()),
)
