import { lstat, opendir, readlink, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileOrder, FolderEntry, FolderPage } from '#shared/contract/index.ts'
import { asReadError, requireFolder } from '../../base/userFile.ts'
import { wholePath } from './wholePath.ts'

/** Most entries of a folder that are looked at, and how many are asked for their size and time at once. */
const limits = { entries: 200_000, atOnce: 64 }

interface Asked {
  path: string
  from: number
  limit: number
  order: FileOrder
  down: boolean
  hidden: boolean
  starts: string
  endings: readonly string[] | null
}

interface Named {
  name: string
  /** As the folder tells it; `null` for a link, which must be followed. */
  kind: 'folder' | 'file' | 'other' | null
}

/**
 * Lists a page of a folder. Links are followed to tell folders from files, which is why a large folder of links takes
 * longer. Sizes and times of all entries are only read where they order them.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE as the system says; USAGE where the path is not whole
 */
export async function listFolder(asked: Asked): Promise<FolderPage> {
  const path = wholePath(asked.path)
  requireFolder(path)
  const { names, hidden, whole } = await namesIn(path, asked)
  const entries = asked.order === 'name' ? await kindsOf(path, names) : await entriesOf(path, names)
  const shown = entries
    .filter(({ kind, name }) => kind === 'folder' || asked.endings === null || endsWith(name, asked.endings))
    .sort(inOrder(asked))
  const page = shown.slice(asked.from, asked.from + asked.limit)
  const parent = dirname(path)
  return {
    path,
    parent: parent === path ? null : parent,
    entries: await entriesOf(path, page),
    total: shown.length,
    hidden,
    whole,
  }
}

async function namesIn(path: string, { hidden, starts }: Asked) {
  const wanted = starts.toLowerCase()
  const found = { names: new Array<Named>(), hidden: 0, whole: true }
  try {
    for await (const entry of await opendir(path)) {
      const { name } = entry
      if (!name.toLowerCase().startsWith(wanted)) continue
      if (!hidden && name.startsWith('.')) {
        found.hidden++
        continue
      }
      if (found.names.length === limits.entries) {
        found.whole = false
        break
      }
      const kind = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'other'
      found.names.push({ name, kind: entry.isSymbolicLink() ? null : kind })
    }
  } catch (error) {
    throw asReadError(error, path)
  }
  return found
}

type Ordered = Named & Partial<Pick<FolderEntry, 'bytes' | 'modified'>>

/** Follows the links among the names. What leads to nothing stays `null`. */
const kindsOf = (path: string, names: readonly Named[]): Promise<Ordered[]> =>
  several(names, async (named) => {
    if (named.kind !== null) return named
    const behind = await stat(join(path, named.name)).catch(() => null)
    return { ...named, kind: behind?.isDirectory() ? 'folder' : null }
  })

const entriesOf = (path: string, names: readonly { name: string }[]): Promise<FolderEntry[]> =>
  several(names, async ({ name }) => {
    const at = join(path, name)
    const own = await lstat(at).catch(() => null)
    const isLink = own?.isSymbolicLink() ?? false
    const found = isLink ? await stat(at).catch(() => null) : own
    return {
      name,
      kind: !found ? 'missing' : found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other',
      link: isLink ? await readlink(at).catch(() => '') : null,
      bytes: found?.isFile() ? found.size : null,
      modified: found ? found.mtimeMs : null,
      // What is no UTF-8 was read with marks in its place, and nothing is found under that name.
      nameless: own === null && name.includes('\ufffd'),
    }
  })

/** Calls `work` on each, a few at once, and keeps the order. */
async function several<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (let at = 0; at < all.length; at += limits.atOnce)
    done.push(...(await Promise.all(all.slice(at, at + limits.atOnce).map(work))))
  return done
}

const endsWith = (name: string, endings: readonly string[]): boolean => {
  const lower = name.toLowerCase()
  return endings.some((ending) => lower.endsWith(`.${ending}`))
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Folders first; then by name, size or time. Equal ones by name, whatever the direction. */
function inOrder({ order, down }: Pick<Asked, 'order' | 'down'>) {
  const sign = down ? -1 : 1
  return (a: Ordered | FolderEntry, b: Ordered | FolderEntry): number => {
    const folders = Number(b.kind === 'folder') - Number(a.kind === 'folder')
    if (folders !== 0) return folders
    const names = byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)
    if (order === 'name') return sign * names
    return sign * ((a[order] ?? -1) - (b[order] ?? -1)) || names
  }
}
