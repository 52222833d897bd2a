/** The one door of the images room: decoding, geometry, transforms, and the pool of image workers. */
export {
  parseRowPath,
  readArrayLabels,
  readRecordLabels,
  rowName,
  rowsOf,
  type Rows,
} from './arrays/index.ts'
export { applyTransform, type TransformContext } from './transforms/index.ts'
export { browserPicture, encodePng, shrink, thumbnail } from './encode.ts'
export { decode, maxPixels } from './decode.ts'
export { imageState, type ImageState } from './state.ts'
export { digestAndMeasure, type Measurement } from './measure.ts'
export { geometryKey, resizedSize, type Geometry } from './geometry.ts'
export { bandSpectrum } from './transforms/bandNoise.ts'
export { corruptions, type Parameter } from './transforms/corruptions/index.ts'
export { frameText } from './transforms/perturbations/index.ts'
export { preprocess, readPicture } from './preprocess.ts'
export { transformDigest } from './digest.ts'
export { createImagePool, type ImagePool, type LoadRequest } from './pool.ts'
export type { FilePath } from './file.ts'
export type { Picture } from './picture.ts'
