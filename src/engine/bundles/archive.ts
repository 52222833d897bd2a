import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { ZipFile } from 'yazl'
import { writeWhole } from '../base/wholeFile.ts'

/** A file for an archive: its content, or the path to read it from. */
export interface ArchiveEntry {
  name: string
  content: Buffer | { path: string }
}

/** The time of every entry, so that the same content gives the same bytes. It is the earliest time of a zip. */
const time = new Date(1980, 0, 1)

/**
 * Writes a zip whole or not at all, or into what is no regular file. Entries are sorted by name and have one fixed time and mode, so the same content
 * gives the same bytes.
 *
 * @throws DISK_FULL where the disk is full
 */
export async function writeArchive(path: string, entries: readonly ArchiveEntry[]): Promise<void> {
  const zip = new ZipFile()
  const unread = new AbortController()
  const options = { mtime: time, mode: 0o100644, compress: true, forceDosTimestamp: true }
  for (const { name, content } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (Buffer.isBuffer(content)) zip.addBuffer(content, name, options)
    else
      zip.addReadStreamLazy(name, options, (give) => {
        const stream = createReadStream(content.path)
        // yazl does not listen to errors of its input streams.
        stream.on('error', (error) => unread.abort(error))
        give(null, stream)
      })
  }
  zip.end()
  const bytes = zip.outputStream.pipe(new PassThrough())
  unread.signal.addEventListener('abort', () => bytes.destroy())
  try {
    await writeWhole(path, bytes)
  } catch (error) {
    throw unread.signal.aborted ? unread.signal.reason : error
  }
}
