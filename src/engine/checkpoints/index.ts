/** Public interface of the checkpoints room: reads stored weights, recognises their family, builds its graph. */
export type { Checkpoint, StoredTensor, TensorType } from './checkpoint.ts'
export { evaluate, unchanged, storedNames, type Expression, type ReadStored } from './build/index.ts'
export {
  buildCheckpoint,
  familyIds,
  recogniseCheckpoint,
  withWeights,
  type Answers,
  type Built,
  type Hints,
  type Question,
  type Published,
  type Recognised,
} from './families/index.ts'
export { isCheckpoint, readCheckpoint, type CheckpointChoice } from './containers/readCheckpoint.ts'
export { readStored } from './weights/values.ts'
export { readBeside, type Beside } from './beside/readBeside.ts'
export { readAnyModel } from './read.ts'
export { publishedPreprocessing } from './beside/published.ts'
export { readProcessor, readConfig } from './beside/huggingFace.ts'
export { readTimmConfig } from './beside/timm.ts'
