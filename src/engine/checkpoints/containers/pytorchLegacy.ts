import type { FileHandle } from 'node:fs/promises'
import { mostPickle, PickleEnds } from '../../pickles/index.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { unpickleWeights, type UnpickledWeights } from './pickle/unpickle.ts'
import { pickledTensors } from './pytorchTensors.ts'
import { readAt } from './readAt.ts'
import { quoted, type Refuse } from './refuse.ts'
import { bytesOf, type Storage } from './tensors.ts'

/** The first pickle of torch.save before PyTorch 1.6, after its mark of protocol: the number 0x1950a86a20f9469cfc6c. */
const magic = Buffer.from([0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e])

/** Whether a file begins as torch.save wrote it before zips. */
export const isLegacy = (head: Buffer): boolean =>
  head[0] === 0x80 && head.subarray(2, 2 + magic.length).equals(magic)

/**
 * Reads the format of torch.save before PyTorch 1.6: pickles of a magic number, a version, the system, the value and the
 * keys of its storages; then each storage as its number of elements (int64) and their bytes (torch/serialization.py,
 * _legacy_save).
 *
 * @param part key of the weights to take where there are several
 * @throws CHECKPOINT_CODE where a pickle wants more than tensors
 * @throws MODEL_MALFORMED, MODEL_TRUNCATED where it is damaged
 * @throws MODEL_UNSUPPORTED where it is big-endian, of another version or without weights
 */
export async function readPytorchLegacy(
  path: string,
  file: FileHandle,
  size: number,
  part: string | null,
  refuse: Refuse,
): Promise<Checkpoint> {
  const pickles = new Pickles(file, size, 2 + magic.length, refuse)
  const { value: version } = await pickles.next()
  if (version !== 1001) throw refuse.unsupported(`it has version ${quoted(String(version))} of torch.save`)
  const { value: system } = await pickles.next()
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    throw refuse.unsupported('its values are not marked as little-endian')
  const { value: root, storages } = await pickles.next()
  const { value: keys } = await pickles.next()
  if (!Array.isArray(keys)) throw refuse.malformed('the keys of its storages are missing')
  const places = new Map<string, Storage>()
  let at = pickles.position
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined
    if (!storage) throw refuse.malformed('it has a storage that its pickle does not name')
    const start = at + 8
    if (start > size) throw refuse.truncated(`it ends before storage ${quoted(storage.key)}`)
    const elements = Number((await readAt(file, at, 8)).readBigInt64LE())
    at = start + elements * bytesOf[storage.type ?? 'uint8']
    if (!Number.isSafeInteger(at) || at < start)
      throw refuse.malformed(`storage ${quoted(storage.key)} has an impossible size`)
    if (at > size) throw refuse.truncated(`it ends within storage ${quoted(storage.key)}`)
    places.set(storage.key, { file: path, start, bytes: at - start, entry: null })
  }
  const tensors = await pickledTensors(
    root,
    part,
    ({ key }) => {
      const place = places.get(key)
      if (!place) throw refuse.malformed(`storage ${quoted(key)} is missing`)
      return place
    },
    refuse,
  )
  return { container: 'pytorch-legacy', files: [path], ...tensors }
}

/** Bytes that are read at first for a pickle of unknown length. */
const firstPiece = 2 ** 20

/** Reads the pickles that follow one another in a file. */
class Pickles {
  /** Of the next pickle, in bytes. */
  position: number
  readonly #file: FileHandle
  readonly #size: number
  readonly #refuse: Refuse

  constructor(file: FileHandle, size: number, position: number, refuse: Refuse) {
    this.#file = file
    this.#size = size
    this.position = position
    this.#refuse = refuse
  }

  /** @throws MODEL_TRUNCATED where the file ends within it, MODEL_MALFORMED where it is damaged or has more than 64 MiB */
  async next(): Promise<UnpickledWeights> {
    for (let length = firstPiece; ; length *= 8) {
      const bytes = await readAt(
        this.#file,
        this.position,
        Math.min(length, mostPickle, this.#size - this.position),
      )
      try {
        const read = unpickleWeights(bytes, this.#refuse)
        this.position += read.length
        return read
      } catch (error) {
        if (!(error instanceof PickleEnds)) throw error
        if (this.position + bytes.length >= this.#size)
          throw this.#refuse.truncated('it ends within a pickle', error)
        if (length >= mostPickle)
          throw this.#refuse.malformed(`a pickle has more than ${mostPickle} bytes`, error)
      }
    }
  }
}
