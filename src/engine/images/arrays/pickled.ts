import { basename } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { withBytes } from '../../archives/index.ts'
import { mostPickle, PickleEnds, standIn, unpickle, type Made } from '../../pickles/index.ts'

/** Whether a file is the test images of CIFAR's Python version, by its name. */
export const isPickled = (file: string): boolean => /^test(_batch)?$/.test(basename(file))

/** A batch of CIFAR's Python version. */
export interface PickledBatch {
  count: number
  /** Byte of the file at which the pixels of the first image begin: planes [3,32,32] of uint8, one image after another. */
  offset: number
  /** Class of each image; in CIFAR-100 the fine one. */
  labels: Int32Array
}

/** Bytes of the pixels of an image of CIFAR. */
const pixels = 3 * 32 * 32
const mostClasses = 100

/** An array of numpy: what its pickle sets as its state. */
class PickledArray {
  state: unknown = null
  __setstate__(state: unknown): void {
    this.state = state
  }
}

/** An element type of numpy. Its state says the order of bytes, which bytes alone do not have. */
class PickledType {
  readonly name: unknown
  constructor(name: unknown) {
    this.name = name
  }
  __setstate__(): void {
    // Kept as it is.
  }
}

const asArray: Made = () => new PickledArray()
const asType: Made = (name) => new PickledType(name)
const notCalled: Made = () => {
  throw new TypeError('a class is called')
}

/** The names in the batches that were published, as numpy 1 and 2 write them. */
const callables = new Map<string, Made>([
  ['numpy.core.multiarray._reconstruct', asArray],
  ['numpy._core.multiarray._reconstruct', asArray],
  ['numpy.ndarray', notCalled],
  ['numpy.dtype', asType],
])

/**
 * Reads a batch of CIFAR-10's or CIFAR-100's Python version: a pickled dictionary of `data`, uint8 [N,3072], and `labels` or
 * `fine_labels`. Nothing in it is run.
 *
 * @throws IMAGE_UNREADABLE where it is anything else, damaged, or asks for more than an array
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 */
export async function pickledBatch(file: string): Promise<PickledBatch> {
  const refuse = (why: string, cause?: unknown) =>
    new KernelscopeError(
      'IMAGE_UNREADABLE',
      `${basename(file)} is no batch of CIFAR’s Python version: ${why}`,
      {
        hint: 'Nothing of it was run. Download the archive of CIFAR’s authors again, or take its binary version.',
        cause,
      },
    )
  const bytes = await withBytes(file, async ({ size, read }) => {
    if (size > mostPickle) throw refuse(`it has ${size} bytes`)
    const all = Buffer.alloc(size)
    return all.subarray(0, await read(all, 0))
  })
  const kept = new Map<string, Uint8Array>()
  const entries = entriesOf(bytes, kept, refuse)
  const found = arrayOf(entries.get('data'), kept)
  if (!found) throw refuse('it has no data of uint8 in rows of 3072')
  const labels = labelsOf(entries.get('fine_labels') ?? entries.get('labels'), found.count)
  if (!labels) throw refuse(`it has no label for each of its ${found.count} images`)
  return { count: found.count, offset: found.data.byteOffset - bytes.byteOffset, labels }
}

type Refusal = (why: string, cause?: unknown) => KernelscopeError

function entriesOf(bytes: Buffer, kept: Map<string, Uint8Array>, refuse: Refusal): Map<unknown, unknown> {
  try {
    const { value } = unpickle(
      bytes,
      {
        allowed: (module, name) => {
          const make = callables.get(`${module}.${name}`)
          return make ? standIn(make) : null
        },
        refuse: (name) => refuse(`it asks for ${JSON.stringify(String(name).slice(0, 120))}`),
        damaged: refuse,
      },
      kept,
    )
    if (value instanceof Map) return value
  } catch (error) {
    if (error instanceof PickleEnds) throw refuse('it ends too early', error)
    throw error
  }
  throw refuse('it is no dictionary')
}

/** The bytes of an array uint8 [count,3072] in C order; null for anything else. */
function arrayOf(array: unknown, kept: ReadonlyMap<string, Uint8Array>) {
  const state: readonly unknown[] =
    array instanceof PickledArray && Array.isArray(array.state) ? array.state : []
  const [, shape, type, fortran, text] = state
  const sides: readonly unknown[] = Array.isArray(shape) ? shape : []
  const [count] = sides
  const data = text instanceof Uint8Array ? text : typeof text === 'string' ? kept.get(text) : undefined
  const isBytes = type instanceof PickledType && type.name === 'u1' && fortran === false
  if (!isBytes || typeof count !== 'number' || sides.length !== 2 || sides[1] !== pixels) return null
  return data && count > 0 && data.length === count * pixels ? { count, data } : null
}

function labelsOf(list: unknown, count: number): Int32Array | null {
  if (!Array.isArray(list) || list.length !== count) return null
  const isClass = (label: unknown) =>
    typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < mostClasses
  return list.every(isClass) ? Int32Array.from(list, Number) : null
}
