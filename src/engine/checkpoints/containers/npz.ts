import type { Checkpoint, StoredTensor } from '../checkpoint.ts'
import { npyHeader, npyHeaderBytes } from './npy.ts'
import { withoutPrefixes } from './prefixes.ts'
import { quoted, type Refuse } from './refuse.ts'
import { bytesOf, mostTensors, placed } from './tensors.ts'
import { headOf, type ZipEntry } from './zip.ts'

const ending = '.npy'

/** Whether a zip holds arrays of NumPy alone. */
export const isNpz = (entries: ReadonlyMap<string, ZipEntry>): boolean =>
  entries.size > 0 && [...entries.keys()].every((name) => name.endsWith(ending))

/**
 * Reads a zip of NumPy arrays, stored or deflated.
 *
 * @throws MODEL_MALFORMED where an array has another size than its header says
 * @throws MODEL_UNSUPPORTED where an array has a type that is not read, such as objects
 */
export async function readNpz(
  path: string,
  entries: ReadonlyMap<string, ZipEntry>,
  refuse: Refuse,
): Promise<Checkpoint> {
  if (entries.size > mostTensors) throw refuse.malformed(`it has ${entries.size} arrays`)
  const found = new Map<string, StoredTensor>()
  for (const entry of entries.values()) {
    const name = entry.name.slice(0, -ending.length)
    const { type, shape, fortran, length } = npyHeader(
      await headOf(entry, npyHeaderBytes, refuse),
      name,
      refuse,
    )
    const start = await entry.start()
    const storage = {
      file: path,
      start: start ?? 0,
      bytes: entry.bytes,
      entry: start === null ? entry.name : null,
    }
    const strides = fortran ? columnMajor(shape) : null
    const lies = placed({ name, type, shape, strides, at: length }, storage, refuse)
    const elements = shape.reduce((product, dim) => product * dim, 1)
    if (length + elements * bytesOf[type] !== entry.bytes)
      throw refuse.malformed(
        `array ${quoted(name)} has ${entry.bytes - length} bytes, its shape needs ${elements * bytesOf[type]}`,
      )
    found.set(name, lies)
  }
  const { entries: tensors, prefixes } = withoutPrefixes(found)
  for (const [name, lies] of tensors) tensors.set(name, { ...lies, name })
  return { container: 'npz', files: [path], tensors, unwrapped: prefixes, metadata: new Map() }
}

/** Strides of an array whose first axis runs fastest. */
const columnMajor = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(0, axis).reduce((product, dim) => product * Math.max(1, dim), 1))
