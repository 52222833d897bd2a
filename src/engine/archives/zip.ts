import { fromFd, getFileNameLowLevel, type Entry as ZipEntry, type ZipFile } from 'yauzl'
import { KernelscopeError } from '#shared/errors.ts'
import type { Collected } from './listing.ts'

/** Largest file of a zip that is read, unpacked, in bytes. */
export const mostUnpacked = 2 ** 30

/**
 * Lists a zip by its central directory, also of the form zip64. Files that are encrypted, packed in another way than
 * stored or deflated, or claim more than 1 GiB are named as unreadable.
 *
 * @param fd open file; stays open
 * @param file path of the zip, for messages
 * @returns what is wrong with the zip, in sentences
 * @throws FILE_UNREADABLE where it has no central directory
 */
export async function listZip(fd: number, file: string, into: Collected): Promise<string[]> {
  const zip = await opened(fd, file)
  return new Promise((resolve) => {
    zip.on('entry', (entry: ZipEntry) => {
      add(entry, into)
      zip.readEntry()
    })
    zip.on('end', () => resolve([]))
    zip.on('error', (error: Error) => resolve([`Its list of files is damaged: ${error.message}.`]))
    zip.readEntry()
  })
}

function opened(fd: number, file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names and sizes are checked here, because one bad file would end the list.
    const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false }
    fromFd(fd, options, (error, zip) => {
      if (zip) return resolve(zip)
      const why = error?.message ?? 'unknown'
      reject(
        new KernelscopeError('FILE_UNREADABLE', `${file} is not a readable zip: ${why}`, {
          hint: 'It may have been cut off while it was copied. Copy it again.',
        }),
      )
    })
  })
}

const stored = 0
const deflated = 8
const symbolicLink = 0o120000

function add(entry: ZipEntry, into: Collected): void {
  const raw = Buffer.isBuffer(entry.fileNameRaw) ? entry.fileNameRaw : Buffer.from(entry.fileName)
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, false)
  const { relativeOffsetOfLocalHeader: offset, compressedSize: packed, uncompressedSize: bytes } = entry
  if (name.endsWith('/')) return
  if (((entry.externalFileAttributes >>> 16) & 0o170000) === symbolicLink) return into.leaveOut(name, 'links')
  if (entry.isEncrypted()) return into.addUnreadable(name, 'it is encrypted in its zip')
  if (![stored, deflated].includes(entry.compressionMethod))
    return into.addUnreadable(
      name,
      `it is packed by method ${entry.compressionMethod} of zips, which is not read`,
    )
  if (bytes > mostUnpacked) return into.addUnreadable(name, `it unpacks to ${bytes} bytes`)
  // Also a stored file lies behind a header of its own, whose length only that header says.
  into.add({ name, bytes, place: { kind: 'zipped', offset, packed, bytes, crc: entry.crc32 } })
}
