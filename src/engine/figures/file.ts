import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/** A file that was written, with its size in bytes. */
export interface WrittenFile {
  path: string
  bytes: number
}

/**
 * Writes a file so that it is there whole or not at all: into a neighbour first, which then takes its name. The folder
 * is made where it is missing.
 *
 * @throws DISK_FULL or FILE_UNREADABLE, naming the file
 */
export async function writeWhole(
  directory: string,
  name: string,
  content: string | Uint8Array,
): Promise<WrittenFile> {
  const path = join(directory, name)
  const draft = join(directory, `.${name}.${randomUUID()}.tmp`)
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(draft, bytes, { flush: true })
    await rename(draft, path)
  } catch (cause) {
    // Why it failed is worth more than that tidying up failed as well.
    await rm(draft, { force: true }).catch(() => undefined)
    const full =
      cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
    const hint = full ? {} : { hint: 'Choose a folder you may write to.' }
    throw new KernelscopeError(full ? 'DISK_FULL' : 'FILE_UNREADABLE', `cannot write ${path}`, {
      cause,
      ...hint,
    })
  }
  return { path, bytes: bytes.length }
}

/** A file name from an id: letters, digits, dot, dash and underscore; never empty, hidden or a path. */
export function safeName(id: string): string {
  const name = id
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 100)
  // Windows keeps these names for devices.
  return name === '' ? 'figure' : /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) ? `figure-${name}` : name
}
