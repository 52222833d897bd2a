/** Element types that checkpoints store. */
export type TensorType =
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'

/** Where the values of one tensor lie. Values are little-endian. */
export interface StoredTensor {
  /** After unwrapping. */
  name: string
  type: TensorType
  shape: readonly number[]
  /** In elements, one per axis; null: contiguous, row-major. */
  strides: readonly number[] | null
  /** Path of the file that holds the bytes. */
  file: string
  /** Of its first byte in that file; within the inflated entry where `entry` is set. */
  offset: number
  /** Bytes from the first element to the end of the last one. */
  length: number
  /** Name of a compressed zip entry; null: the bytes lie in the file as they are. */
  entry: string | null
}

/** What is known of a checkpoint without its weights. */
export interface Checkpoint {
  container: 'safetensors' | 'pytorch-zip' | 'pytorch-legacy' | 'npz'
  /** Paths of all its files. */
  files: readonly string[]
  /** By their names after unwrapping. */
  tensors: ReadonlyMap<string, StoredTensor>
  /** Wrappers and prefixes that were taken off, in order. */
  unwrapped: readonly string[]
  /** Metadata of safetensors, or plain values beside the state_dict, such as arch and epoch. */
  metadata: ReadonlyMap<string, string>
}
