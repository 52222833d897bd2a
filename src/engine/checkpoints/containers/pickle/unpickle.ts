import { BufferReader, Parser } from 'pickleparser'
import { KernelscopeError } from '#shared/errors.ts'
import { quoted, type Refuse } from '../refuse.ts'
import { allowed, storageOf } from './allowed.ts'
import type { PickledStorage } from './values.ts'

/** Largest pickle in bytes. That of a network of 10,000 tensors has about 2 MB. */
export const mostPickle = 64 * 2 ** 20

/** Reads forwards only: a negative length would read the same operations again and again. */
class ForwardReader extends BufferReader {
  override skip(length: number): void {
    if (!(length >= 0)) throw new RangeError('a negative length')
    super.skip(length)
  }
}

/** The value of a pickle. */
export interface Unpickled {
  value: unknown
  /** All storages that it refers to, by their keys. */
  storages: ReadonlyMap<string, PickledStorage>
  /** Bytes that it took. */
  length: number
}

/** A pickle that needs more bytes than are given. */
export class PickleEnds extends Error {}

/**
 * Reads a pickle of torch.save. Names are looked up in the list of those that are allowed; none is ever called in Python's sense.
 * Dictionaries are Maps, tuples and lists are arrays, tensors `PickledTensor`, other objects `PickledObject`.
 *
 * @throws CHECKPOINT_CODE where it names anything else
 * @throws MODEL_MALFORMED where it is damaged
 * @throws PickleEnds where it goes on after the bytes
 */
export function unpickle(bytes: Uint8Array, refuse: Refuse): Unpickled {
  const storages = new Map<string, PickledStorage>()
  const reader = new ForwardReader(bytes)
  const parser = new Parser({
    unpicklingTypeOfDictionary: 'Map',
    nameResolver: {
      resolve: (module: unknown, name: unknown) => {
        const found = typeof module === 'string' && typeof name === 'string' ? allowed(module, name) : null
        if (found === null)
          throw refuse.code(
            `it asks for ${quoted(`${String(module)}.${String(name)}`)}, which no weights need`,
          )
        return found
      },
    },
    persistentResolver: {
      resolve: (id) => {
        const storage = storageOf(id)
        storages.set(storage.key, storage)
        return storage
      },
    },
    extensionResolver: {
      resolve: (code) => {
        throw refuse.code(`it asks for extension ${code} of Python, which no weights need`)
      },
    },
  })
  try {
    return { value: parser.read<unknown>(reader), storages, length: reader.position }
  } catch (error) {
    if (error instanceof KernelscopeError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    if (/unexpected end of file|end of line/i.test(reason)) throw new PickleEnds(reason)
    throw refuse.malformed(
      `its pickle is damaged at byte ${reader.position} (${reason.slice(0, 200)})`,
      error,
    )
  }
}

/** Reads a pickle that must end within its bytes. Throws like `unpickle`, and MODEL_TRUNCATED. */
export function unpickleWhole(bytes: Uint8Array, refuse: Refuse): unknown {
  try {
    return unpickle(bytes, refuse).value
  } catch (error) {
    if (error instanceof PickleEnds) throw refuse.truncated('its pickle ends too early', error)
    throw error
  }
}
