import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'

/**
 * A folder. In a shared one a figure takes the place of its own last form, told by `owner`, and leaves what others have
 * written under the same name.
 */
export type Folder = string | { shared: string; owner: string }

/**
 * Writes files that belong together, each as `<name>.<ending>`. In a shared folder where somebody else has files of such a
 * name, all of them are `<name>-2.<ending>` and so on.
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

/** Who has which name in a shared folder. */
const ownersFile = '.owners.json'
const owners = z.record(z.string(), z.string())

/** The owner's name in a shared folder, which it keeps from now on. */
async function nameFor(
  { shared, owner }: Exclude<Folder, string>,
  base: string,
  contents: ReadonlyMap<string, unknown>,
): Promise<string> {
  const path = join(shared, ownersFile)
  const text = await readFile(path, 'utf8').catch(() => '')
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
