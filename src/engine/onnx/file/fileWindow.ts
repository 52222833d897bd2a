import type { FileHandle } from 'node:fs/promises'
import { fillFrom } from '../../base/fillFrom.ts'

/** Reads small pieces of a large file by one buffer, with few reads and little memory. */
export class FileWindow {
  readonly size: number
  readonly #file: FileHandle
  readonly #chunk: number
  #buffer: Uint8Array = new Uint8Array(0)
  #start = 0

  constructor(file: FileHandle, size: number, chunk = 64 * 1024) {
    this.#file = file
    this.size = size
    this.#chunk = chunk
  }

  /** The bytes [offset, offset + length), or fewer at the end of the file. The array is valid until the next call. */
  async peek(offset: number, length: number): Promise<Uint8Array> {
    const inside = offset >= this.#start && offset + length <= this.#start + this.#buffer.length
    if (!inside) {
      const wanted = Math.max(0, Math.min(Math.max(length, this.#chunk), this.size - offset))
      this.#buffer = await readFully(this.#file, offset, wanted)
      this.#start = offset
    }
    const from = offset - this.#start
    return this.#buffer.subarray(from, Math.min(from + length, this.#buffer.length))
  }

  /** A copy of the bytes [offset, offset + length). */
  async slice(offset: number, length: number): Promise<Uint8Array> {
    if (length > this.#chunk) return readFully(this.#file, offset, length)
    return (await this.peek(offset, length)).slice()
  }
}

/** Reads `length` bytes at `offset`, or fewer at the end of the file. */
export async function readFully(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, await fillFrom(file, bytes, offset))
}
