import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readUserText } from '../base/userFile.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'

/**
 * A folder to write to. In a shared folder, files of the same `owner` are replaced, and files of others with the same
 * name are kept.
 */
export type Folder = string | { shared: string; owner: string }

/**
 * Writes files that belong together, as `<name>.<ending>`. Where a shared folder has files of another owner with this
 * name, all of them become `<name>-2.<ending>`, and so on.
 *
 * @param contents content by ending
 * @throws DISK_FULL, FILE_UNREADABLE where a file cannot be written
 */
export async function writeSet(
  folder: Folder,
  name: string,
  contents: ReadonlyMap<string, string | Uint8Array>,
): Promise<WrittenFile[]> {
  const directory = typeof folder === 'string' ? folder : folder.shared
  const base = typeof folder === 'string' ? safeName(name) : await nameFor(folder, safeName(name), contents)
  const files: WrittenFile[] = []
  for (const [ending, content] of contents)
    files.push(await writeWhole(join(directory, `${base}.${ending}`), content))
  return files
}

/** File in a shared folder that has the owner of each name. */
const ownersFile = '.owners.json'
const owners = z.record(z.string(), z.string())

/** Returns the file name of an owner in a shared folder, and reserves it. */
async function nameFor(
  { shared, owner }: Exclude<Folder, string>,
  base: string,
  contents: ReadonlyMap<string, unknown>,
): Promise<string> {
  const path = join(shared, ownersFile)
  const text = await readUserText(path).catch(() => '')
  const known: z.infer<typeof owners> = owners.safeParse(parsed(text)).data ?? {}
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`
    if (known[name] === owner) return name
    if (known[name] !== undefined || (await isThere(shared, name, contents))) continue
    await writeWhole(path, `${JSON.stringify({ ...known, [name]: owner }, null, 2)}\n`)
    return name
  }
}

async function isThere(
  directory: string,
  name: string,
  contents: ReadonlyMap<string, unknown>,
): Promise<boolean> {
  for (const ending of contents.keys())
    if (await stat(join(directory, `${name}.${ending}`)).catch(() => null)) return true
  return false
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Largest number of UTF-8 bytes of a name. File systems allow 255, with the ending and the suffix of a draft. */
const longestName = 160

/**
 * Makes a file name from an id: letters and digits of any script, dot, dash and underscore; never empty, hidden or a
 * path.
 */
export function safeName(id: string): string {
  let name = trimmed(id.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-'))
  while (Buffer.byteLength(name) > longestName) name = trimmed([...name].slice(0, -1).join(''))
  return allowed(name)
}

/**
 * Makes a file name of ASCII letters, digits, dot, dash and underscore, as `safeName`, for any file system and archive.
 */
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
  // Windows reserves these names for devices.
  return name === '' ? 'figure' : /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) ? `figure-${name}` : name
}
