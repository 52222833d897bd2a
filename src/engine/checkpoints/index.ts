/** Public interface of the checkpoints room: reads stored weights, recognises their family, builds its graph. */
export type { Checkpoint, StoredTensor, TensorType } from './checkpoint.ts'
