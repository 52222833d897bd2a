/** Public interface of the images module: decoding, geometry, transforms, and the pool of image workers. */
export {
  parseRowPath,
  readArrayLabels,
  readRecordLabels,
  rowName,
  rowsOf,
  type Rows,
} from './arrays/index.ts'
export { applyTransform } from './transforms/index.ts'
export { browserPicture, encodePng, shrink, thumbnail } from './encode.ts'
export { publishedIce } from './filters/frostTexture.ts'
export { imageFile } from './imageFile.ts'
export { imageState } from './state.ts'
export { digestAndMeasure, type Oddity } from './measure.ts'
export { placeInInput, resizedSize, type Geometry } from './geometry.ts'
export { bandSpectrum } from './transforms/bandNoise.ts'
export { corruptions } from './transforms/corruptions/index.ts'
export { frameText } from './transforms/perturbations/index.ts'
export { preprocess, readPicture } from './preprocess.ts'
export { createImagePool, type ImagePool, type LoadRequest } from './pool.ts'
export type { Picture } from './picture.ts'
