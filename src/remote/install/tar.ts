import { open } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'

/** A file that is packed. */
export interface PackedFile {
  /** Its name in the pack, with "/" between folders. */
  name: string
  path: string
  bytes: number
  executable: boolean
}

const block = 512
const pieceBytes = 2 ** 18

/**
 * Files as a tar (POSIX.1-1988, "ustar"), piece by piece.
 *
 * @param progress is told the bytes of files that were read
 * @throws FILE_CHANGED where a file is not of the size that was said
 * @throws UNSUPPORTED where a name is too long for the format
 */
export async function* tarOf(
  files: readonly PackedFile[],
  progress: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer, void, undefined> {
  let done = 0
  for (const { name, path, bytes, executable } of files) {
    yield header(name, bytes, executable)
    const file = await open(path)
    try {
      let read = 0
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes)
        if (bytesRead === 0) break
        read += bytesRead
        if (read > bytes) break
        yield buffer.subarray(0, bytesRead)
        progress((done += bytesRead))
      }
      if (read !== bytes)
        throw new KernelscopeError('FILE_CHANGED', `${path} was changed while it was packed`)
    } finally {
      await file.close()
    }
    yield Buffer.alloc((block - (bytes % block)) % block)
  }
  yield Buffer.alloc(2 * block)
}

function header(name: string, bytes: number, executable: boolean): Buffer {
  const { prefix, rest } = split(name)
  const at = Buffer.alloc(block)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  at.write(rest, 0)
  at.write(octal(executable ? 0o755 : 0o644, 7), 100)
  at.write(octal(0, 7), 108)
  at.write(octal(0, 7), 116)
  at.write(octal(bytes, 11), 124)
  at.write(octal(0, 11), 136)
  at.write(' '.repeat(8), 148)
  at.write('0', 156)
  at.write('ustar', 257)
  at.write('00', 263)
  at.write(prefix, 345)
  const sum = at.reduce((all, byte) => all + byte, 0)
  at.write(`${octal(sum, 6)} `, 148)
  return at
}

/** Most bytes of the two parts of a name, without the zero that ends them. */
const longest = { prefix: 154, rest: 99 }

function split(name: string): { prefix: string; rest: string } {
  if (Buffer.byteLength(name) <= longest.rest) return { prefix: '', rest: name }
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)]
    if (Buffer.byteLength(prefix) > longest.prefix) break
    if (Buffer.byteLength(rest) <= longest.rest) return { prefix, rest }
  }
  throw new KernelscopeError('UNSUPPORTED', `the name is too long for a pack: ${name}`)
}
