import type { TensorType } from '../../checkpoint.ts'

/** A storage that a pickle refers to. Its values lie elsewhere in the file, under its key. */
export class PickledStorage {
  readonly key: string
  readonly type: TensorType | null
  /** Elements of its type; bytes where it has none. */
  readonly elements: number
  /** Of a view of a larger storage, in elements. */
  readonly offset: number
  constructor(key: string, type: TensorType | null, elements: number, offset: number) {
    this.key = key
    this.type = type
    this.elements = elements
    this.offset = offset
    Object.freeze(this)
  }
}

/** A tensor that a pickle describes. */
export class PickledTensor {
  readonly storage: PickledStorage
  readonly type: TensorType
  /** Of the first element in its storage, in elements. */
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  constructor(
    storage: PickledStorage,
    type: TensorType,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage
    this.type = type
    this.offset = offset
    this.shape = shape
    this.strides = strides
    Object.freeze(this)
  }
}

/** An object of a pickle that is kept as data: its attributes, and nothing that it could do. */
export class PickledObject {
  readonly attributes = new Map<unknown, unknown>()

  /** Called by the parser with the object's state. Anything but a dictionary is left out. */
  __setstate__(state: unknown): void {
    if (state instanceof Map) for (const [key, value] of state) this.attributes.set(key, value)
  }
}
