import { BufferReader } from 'pickleparser'

// The parser's own warns on the terminal where a number is above 2^53. Whoever needs such a number checks it.
BufferReader.prototype.uint64 = function (this: BufferReader): number {
  const low = this.uint32()
  return low + 2 ** 32 * this.uint32()
}

/** Shortest text whose bytes are kept, in bytes. */
const long = 1024

/** Reads forwards only: a negative length would read the same operations again and again. */
export class ForwardReader extends BufferReader {
  override skip(length: number): void {
    if (!(length >= 0)) throw new RangeError('a negative length')
    super.skip(length)
  }
}

/**
 * Keeps the bytes of long texts of Python 2, which has no other type for bytes, instead of decoding them: the text that
 * is given for them is their key in the map of them.
 */
export class BytesReader extends ForwardReader {
  readonly #kept: Map<string, Uint8Array>

  constructor(bytes: Uint8Array, kept: Map<string, Uint8Array>) {
    super(bytes)
    this.#kept = kept
  }

  override string(length: number, encoding: 'ascii' | 'utf-8'): string {
    if (encoding !== 'ascii' || length < long) return super.string(length, encoding)
    const key = `bytes from ${this.position} on`
    const bytes = this.bytes(length)
    if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes without unsigned values')
    this.#kept.set(key, bytes)
    return key
  }
}
