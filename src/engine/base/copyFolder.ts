import { createReadStream } from 'node:fs'
import { mkdir, readdir, readlink, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { counted } from './counted.ts'
import { withNewFile } from './newFile.ts'

/** How a folder is copied: what stops it, and who hears of every piece, by its number of bytes. */
export interface Copying {
  signal?: AbortSignal | undefined
  onBytes?: ((bytes: number) => void) | undefined
}

/**
 * Copies a folder with all in it, file by file, beside other work. Files are on the disk when it returns; links are copied as
 * links.
 *
 * @throws the errors of the system; the reason of the signal. What was copied is left
 */
export async function copyFolder(from: string, to: string, how: Copying = {}): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    how.signal?.throwIfAborted()
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyFolder(source, target, how)
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else if (entry.isFile()) await copyFile(source, target, how)
  }
}

async function copyFile(from: string, to: string, { signal, onBytes }: Copying): Promise<void> {
  const { mode, atime, mtime } = await stat(from)
  const read = counted(onBytes ?? (() => undefined))
  await withNewFile(
    to,
    (file) =>
      pipeline(createReadStream(from), read, file.createWriteStream({ flush: true }), {
        ...(signal && { signal }),
      }),
    mode,
  )
  await utimes(to, atime, mtime)
}

/** How many files a folder holds, and their size in bytes. */
export async function sizeOfFolder(path: string): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 }
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) {
      total.files++
      total.bytes += (await stat(join(entry.parentPath, entry.name))).size
    }
  return total
}
