import { realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { byteLength, elementTypeOf } from '../elementType.ts'
import { elementCount, type FileBytes } from '../graph.ts'
import type { TensorProto } from '../schema/onnx_pb.js'

/**
 * Finds the location of external tensors. A model file is not trusted, so a location must be a regular file inside the
 * model's folder: no absolute path, no '..', no link to the outside. Sizes are checked before anything is read. Every
 * problem is a MODEL_EXTERNAL_DATA.
 */
export class ExternalData {
  readonly #model: string
  readonly #known = new Map<string, Promise<{ path: string; size: number }>>()

  constructor(modelPath: string) {
    this.#model = modelPath
  }

  /** All external files that tensors refer to, with their sizes in bytes. */
  async files(): Promise<{ path: string; size: number }[]> {
    return Promise.all(this.#known.values())
  }

  async locate(tensor: TensorProto): Promise<FileBytes> {
    const entries = new Map(tensor.externalData.map((entry) => [entry.key, entry.value]))
    const location = entries.get('location')
    if (!location) throw this.#problem(`tensor ${tensor.name} names no external file`)
    const file = await this.#file(location, tensor.name)
    const offset = this.#number(entries.get('offset') ?? '0', 'offset', tensor.name)
    const type = elementTypeOf(tensor.dataType)
    if (type === 'string') throw this.#problem(`tensor ${tensor.name} holds text, which no external file may`)
    const expected = type ? byteLength(type, elementCount(tensor.dims.map(Number))) : 0
    const length = this.#number(entries.get('length') ?? String(expected), 'length', tensor.name)
    if (length !== expected)
      throw this.#problem(
        `tensor ${tensor.name} has ${length} external bytes, but its shape needs ${expected}`,
      )
    if (offset + length > file.size)
      throw this.#problem(
        `tensor ${tensor.name} needs bytes ${offset} to ${offset + length} of ${location}, which has ${file.size}`,
      )
    return { kind: 'file', path: file.path, offset, length }
  }

  #file(location: string, tensor: string): Promise<{ path: string; size: number }> {
    let found = this.#known.get(location)
    if (!found) {
      found = this.#resolve(location, tensor)
      this.#known.set(location, found)
    }
    return found
  }

  async #resolve(location: string, tensor: string): Promise<{ path: string; size: number }> {
    const parts = location.split(/[/\\]/)
    if (
      isAbsolute(location) ||
      /^[A-Za-z]:/.test(location) ||
      parts.includes('..') ||
      location.includes('\0')
    )
      throw this.#problem(`tensor ${tensor} points outside the model's folder: ${location}`)
    const folder = dirname(this.#model)
    const path = join(folder, location)
    let real: string
    try {
      real = await realpath(path)
    } catch (cause) {
      throw this.#problem(`external file ${location} is missing (needed by tensor ${tensor})`, cause)
    }
    const inside = relative(await realpath(folder), real)
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
      throw this.#problem(`tensor ${tensor} points outside the model's folder through a link: ${location}`)
    const info = await stat(real)
    if (!info.isFile()) throw this.#problem(`external file ${location} is not a regular file`)
    return { path, size: info.size }
  }

  #number(text: string, what: string, tensor: string): number {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (!Number.isSafeInteger(value))
      throw this.#problem(`tensor ${tensor} has an external ${what} that is not a number: ${text}`)
    return value
  }

  #problem(message: string, cause?: unknown): KernelscopeError {
    return new KernelscopeError('MODEL_EXTERNAL_DATA', `${this.#model}: ${message}`, { cause })
  }
}
