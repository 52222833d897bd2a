import { open } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { asWriteError } from '../base/wholeFile.ts'

/** Writes lines to a file, each ended by CRLF. */
export interface LineWriter {
  line(text: string): Promise<void>
  /** Writes what is left and closes the file. Returns the number of lines after the header. */
  end(): Promise<number>
  /** Closes the file without writing what is left. */
  close(): Promise<void>
}

const pieceBytes = 2 ** 18

/**
 * Creates a file of lines and writes its header. The writer throws DISK_FULL where the disk is full, and UNSUPPORTED as
 * soon as the file would have more than `most` bytes.
 *
 * @param most largest size of the file in bytes
 */
export async function writeLines(path: string, header: string, most: number): Promise<LineWriter> {
  const file = await open(path, 'w')
  let waiting = ''
  let [bytes, lines] = [0, 0]
  const flush = async () => {
    const piece = Buffer.from(waiting)
    waiting = ''
    bytes += piece.length
    if (bytes > most)
      throw new KernelscopeError(
        'UNSUPPORTED',
        `a file of the bundle would have more than ${Math.floor(most / 2 ** 30)} GiB`,
        { hint: 'Make bundles of fewer models or of a smaller sample.' },
      )
    try {
      await file.appendFile(piece)
    } catch (cause) {
      throw asWriteError(cause, path)
    }
  }
  const put = async (text: string) => {
    waiting += `${text}\r\n`
    if (waiting.length >= pieceBytes) await flush()
  }
  await put(header)
  return {
    async line(text) {
      lines++
      await put(text)
    },
    async end() {
      await flush()
      await file.close()
      return lines
    },
    close: () => file.close(),
  }
}
