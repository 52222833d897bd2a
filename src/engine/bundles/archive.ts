import { createReadStream, type ReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { ZipFile } from 'yazl'
import { counted } from '../base/counted.ts'
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
 * @param how its signal stops writing, and nothing is left; `began` is called as each entry from a path begins, `onBytes` with the number of
 *   bytes of each of their pieces
 * @throws DISK_FULL where the disk is full; the reason of the signal
 */
export async function writeArchive(
  path: string,
  entries: readonly ArchiveEntry[],
  {
    signal,
    began,
    onBytes,
  }: { signal?: AbortSignal; began?: () => void; onBytes?: (bytes: number) => void } = {},
): Promise<void> {
  const zip = new ZipFile()
  const unread = new AbortController()
  let reading: ReadStream | null = null
  const options = { mtime: time, mode: 0o100644, compress: true, forceDosTimestamp: true }
  for (const { name, content } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (Buffer.isBuffer(content)) zip.addBuffer(content, name, options)
    else
      zip.addReadStreamLazy(name, options, (give) => {
        if (signal?.aborted) return unread.abort(signal.reason)
        began?.()
        const stream = createReadStream(content.path)
        reading = stream
        // yazl does not listen to errors of its input streams.
        stream.on('error', (error) => unread.abort(error))
        give(null, onBytes ? stream.pipe(counted(onBytes)) : stream)
      })
  }
  zip.end()
  const bytes = zip.outputStream.pipe(new PassThrough())
  unread.signal.addEventListener('abort', () => bytes.destroy())
  try {
    await writeWhole(path, bytes, signal)
  } catch (error) {
    closed(reading)
    throw unread.signal.aborted ? unread.signal.reason : error
  }
}

const closed = (stream: ReadStream | null) => void stream?.destroy()
