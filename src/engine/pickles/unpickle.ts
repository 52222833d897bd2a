import { Parser } from 'pickleparser'
import { KernelscopeError } from '#shared/errors.ts'
import { BytesReader, ForwardReader } from './reader.ts'

/** Largest pickle in bytes. That of a network of 10,000 tensors has about 2 MB, that of CIFAR's test images 31 MB. */
export const mostPickle = 64 * 2 ** 20

/** What stands for a name of a pickle: called with the arguments that the pickle gives. */
export type Made = (...values: unknown[]) => unknown

/** A function, and no arrow function, because the parser also constructs with it. */
export const standIn = (make: Made): Made =>
  function (...values: unknown[]): unknown {
    return make(...values)
  }

/** How a pickle is read. */
export interface Reading {
  /** What stands for a name; null where it is not allowed. */
  allowed(module: string, name: string): Made | null
  /** The value of a persistent id. Left out: there are none. */
  persistent?(id: unknown): unknown
  /** The error for a name that is not allowed, or for the number of an extension. */
  refuse(name: string | number): KernelscopeError
  /** The error for a damaged pickle. */
  damaged(reason: string, cause: unknown): KernelscopeError
}

/** The value of a pickle. */
export interface Unpickled {
  value: unknown
  /** Bytes that it took. */
  length: number
}

/** A pickle that needs more bytes than are given. */
export class PickleEnds extends Error {}

/**
 * Reads a pickle of any protocol. Names are looked up in what is allowed; none is ever called in Python's sense. Dictionaries
 * are Maps, tuples and lists are arrays.
 *
 * @param kept gets the bytes of long texts of Python 2 by the text that stands for them in the value
 * @throws the errors of `reading`
 * @throws PickleEnds where it goes on after the bytes
 */
export function unpickle(bytes: Uint8Array, reading: Reading, kept?: Map<string, Uint8Array>): Unpickled {
  const reader = kept ? new BytesReader(bytes, kept) : new ForwardReader(bytes)
  const parser = new Parser({
    unpicklingTypeOfDictionary: 'Map',
    nameResolver: {
      resolve: (module: unknown, name: unknown) => {
        const found =
          typeof module === 'string' && typeof name === 'string' ? reading.allowed(module, name) : null
        if (found === null) throw reading.refuse(`${String(module)}.${String(name)}`)
        return found
      },
    },
    persistentResolver: {
      resolve: (id) => {
        if (!reading.persistent) throw new TypeError('a value that lies elsewhere')
        return reading.persistent(id)
      },
    },
    extensionResolver: {
      resolve: (code) => {
        throw reading.refuse(code)
      },
    },
  })
  try {
    return { value: parser.read<unknown>(reader), length: reader.position }
  } catch (error) {
    if (error instanceof KernelscopeError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    if (/unexpected end of file|end of line/i.test(reason)) throw new PickleEnds(reason)
    throw reading.damaged(`its pickle is damaged at byte ${reader.position} (${reason.slice(0, 200)})`, error)
  }
}
