import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { open, type Entry, type ZipFile } from 'yauzl'
import { KernelscopeError } from '#shared/errors.ts'
import { requireRegular } from '../base/userFile.ts'

/** Upper limits of a zip. A bundle with a hundred million facts is within them. */
export interface ArchiveLimits {
  /** Number of files. */
  entries: number
  /** Unpacked bytes of one file, and of all files. */
  entryBytes: number
  totalBytes: number
  /** Unpacked bytes per packed byte, for files above 1 MiB unpacked. */
  ratio: number
}

export const archiveLimits: ArchiveLimits = {
  entries: 2000,
  // Files are read piece by piece, so these limit time, not memory. The ratio limits time by the size of the zip.
  entryBytes: 32 * 2 ** 30,
  totalBytes: 64 * 2 ** 30,
  ratio: 200,
}

/** An open archive whose list of files was checked. */
export interface Archive {
  /** Unpacked sizes in bytes by name. */
  readonly entries: ReadonlyMap<string, number>
  /** Makes the BUNDLE_MALFORMED error that says what is wrong with the archive. */
  readonly refuse: Refuse
  /** Reads a whole file of at most `most` bytes. */
  read(name: string, most: number): Promise<Buffer>
  /** Reads a file piece by piece. Returns its sha256, in hex. */
  each(name: string, take: (piece: Buffer) => void | Promise<void>): Promise<string>
  close(): void
}

/** Names in at most one folder, of ASCII letters, digits, dot, dash and underscore. */
const allowedName = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,119}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/

/**
 * Opens a zip from an untrusted source. Refuses names that lead out of a folder, links, duplicate names, encrypted
 * files and sizes above the limits. Names of entries are never used as paths.
 *
 * @throws FILE_MISSING where the file does not exist
 * @throws BUNDLE_MALFORMED where the zip is refused, naming the file and the fault
 */
export async function openArchive(path: string, limits = archiveLimits): Promise<Archive> {
  const refuse = refuseFor(path)
  const zip = await openZip(path, refuse)
  try {
    const entries = await listEntries(zip, limits, refuse)
    const entryOf = (name: string): Entry => {
      const entry = entries.get(name)
      if (!entry) throw refuse(`it has no ${name}`)
      return entry
    }
    const each: Archive['each'] = async (name, take) => {
      const hash = createHash('sha256')
      try {
        for await (const piece of await readStream(zip, entryOf(name))) {
          hash.update(piece)
          await take(piece)
        }
      } catch (error) {
        throw error instanceof KernelscopeError ? error : refuse(`${name}: ${reasonOf(error)}`)
      }
      return hash.digest('hex')
    }
    return {
      entries: new Map([...entries].map(([name, { uncompressedSize }]) => [name, uncompressedSize])),
      refuse,
      each,
      async read(name, most) {
        if (entryOf(name).uncompressedSize > most) throw refuse(`${name} has more than ${most} bytes`)
        const pieces: Buffer[] = []
        await each(name, (piece) => void pieces.push(piece))
        return Buffer.concat(pieces)
      },
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

/** Returns a function that makes the BUNDLE_MALFORMED error of a file. */
export const refuseFor = (path: string) => (problem: string, hint?: string) =>
  new KernelscopeError('BUNDLE_MALFORMED', `${basename(path)} is refused: ${problem}`, hint ? { hint } : {})

export type Refuse = ReturnType<typeof refuseFor>

async function openZip(path: string, refuse: Refuse): Promise<ZipFile> {
  requireRegular(path)
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false, strictFileNames: true }, (error, zip) => {
      if (!error) return resolve(zip)
      const missing = 'code' in error && error.code === 'ENOENT'
      reject(
        missing
          ? new KernelscopeError('FILE_MISSING', `there is no file ${path}`)
          : refuse(`it is not a complete zip file (${reasonOf(error)})`),
      )
    })
  })
}

function listEntries(zip: ZipFile, limits: ArchiveLimits, refuse: Refuse): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>()
  const lowered = new Set<string>()
  let [total, packed] = [0, 0]
  if (zip.entryCount > limits.entries)
    return Promise.reject(refuse(`it has ${zip.entryCount} files; at most ${limits.entries} are read`))
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(refuse(reasonOf(error))))
    zip.on('end', () => resolve(found))
    zip.on('entry', (entry: Entry) => {
      const problem = problemOf(entry, limits)
      const { fileName: name, uncompressedSize, compressedSize } = entry
      total += uncompressedSize
      packed += compressedSize
      if (problem) return reject(refuse(problem))
      if (lowered.has(name.toLowerCase())) return reject(refuse(`${shown(name)} is in it twice`))
      if (total > limits.totalBytes)
        return reject(refuse(`unpacked it has more than ${limits.totalBytes} bytes`))
      // Entries that share packed bytes could unpack to far more than the zip holds.
      if (packed > zip.fileSize) return reject(refuse('its files overlap'))
      lowered.add(name.toLowerCase())
      found.set(name, entry)
      zip.readEntry()
    })
    zip.readEntry()
  })
}

/** Returns why an entry is refused; null where it is accepted. */
function problemOf(entry: Entry, { entryBytes, ratio }: ArchiveLimits): string | null {
  const { fileName: name, uncompressedSize, compressedSize, generalPurposeBitFlag } = entry
  if (!allowedName.test(name)) return `${shown(name)} is not a valid file name in a bundle`
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000
  if (kind !== 0 && kind !== 0o100000) return `${shown(name)} is not a regular file`
  if ((generalPurposeBitFlag & 1) !== 0) return `${shown(name)} is encrypted`
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    return `${shown(name)} is packed with method ${entry.compressionMethod}`
  if (uncompressedSize > entryBytes) return `${shown(name)} has more than ${entryBytes} bytes`
  if (uncompressedSize > 2 ** 20 && uncompressedSize > ratio * compressedSize)
    return `${shown(name)} unpacks to more than ${ratio} times its size`
  return null
}

function readStream(zip: ZipFile, entry: Entry): Promise<AsyncIterable<Buffer>> {
  // yauzl ends the stream with an error where its length differs from the size of the entry.
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
  })
}

const shown = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
