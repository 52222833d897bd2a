import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
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

/** A folder; in a shared one, files of other content that have the same name are kept, and the new ones numbered. */
export type Folder = string | { shared: string }

/**
 * Writes files that belong together, each as `<name>.<ending>`. In a shared folder whose file of such a name has other
 * content, all of them are `<name>-2.<ending>` and so on; the same content takes the same names again.
 */
export async function writeSet(
  folder: Folder,
  name: string,
  contents: ReadonlyMap<string, string | Uint8Array>,
): Promise<WrittenFile[]> {
  const directory = typeof folder === 'string' ? folder : folder.shared
  const base = safeName(name)
  let free = base
  if (typeof folder !== 'string')
    for (let n = 2; !(await isFree(directory, free, contents)); n++) free = `${base}-${n}`
  const files: WrittenFile[] = []
  for (const [ending, content] of contents)
    files.push(await writeWhole(directory, `${free}.${ending}`, content))
  return files
}

async function isFree(
  directory: string,
  name: string,
  contents: ReadonlyMap<string, string | Uint8Array>,
): Promise<boolean> {
  for (const [ending, content] of contents) {
    const path = join(directory, `${name}.${ending}`)
    const bytes = Buffer.from(content)
    const there = await stat(path).catch(() => null)
    if (!there) continue
    if (there.size !== bytes.length || !(await readFile(path)).equals(bytes)) return false
  }
  return true
}

/** UTF-8 bytes of a name; a file system takes 255 with the ending and what a draft adds. */
const longestName = 160

/** A file name from an id: letters and digits of any script, dot, dash and underscore; never empty, hidden or a path. */
export function safeName(id: string): string {
  let name = trimmed(id.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-'))
  while (Buffer.byteLength(name) > longestName) name = trimmed([...name].slice(0, -1).join(''))
  return allowed(name)
}

/** The same in letters that every file system and archive has. */
export const plainName = (id: string): string =>
  allowed(
    trimmed(
      id
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .replace(/[^A-Za-z0-9._-]+/g, '-'),
    ).slice(0, 100),
  )

const trimmed = (name: string) => name.replace(/^[.-]+|[.-]+$/g, '')

function allowed(name: string): string {
  // Windows keeps these names for devices.
  return name === '' ? 'figure' : /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) ? `figure-${name}` : name
}
