import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CachePart } from '#shared/contract/index.ts'
import { isLink } from './entries.ts'
import { countPredictions } from './facts/blocks.ts'
import type { Workspace } from './workspace.ts'

interface StoredFile {
  path: string
  bytes: number
  usedAt: number
}

/** Lists the files below a folder, at any depth. What a link leads to is not the workspace's, and is never deleted. */
function filesIn(folder: string): StoredFile[] {
  if (isLink(folder) || !existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesIn(path)
    if (!entry.isFile()) return []
    const { size, atimeMs, mtimeMs } = statSync(path)
    return { path, bytes: size, usedAt: Math.max(atimeMs, mtimeMs) }
  })
}

const sum = (files: readonly StoredFile[]) => files.reduce((total, { bytes }) => total + bytes, 0)

interface PartSize {
  items: number
  bytes: number
}

const tableSize = ({ db }: Workspace, sql: string): PartSize =>
  db.prepare<[], PartSize>(sql).get() ?? { items: 0, bytes: 0 }

/** About the bytes of a fact in the database: its row and its share of the index. */
const factBytes = 84

type PartId = CachePart['id']

/** Folder of a workspace with the lists of archives that were read. */
export const listsIn = (path: string): string => join(path, 'lists')

const mapSize = 'SELECT count(*) AS items, coalesce(sum(length(data)), 0) AS bytes FROM map'
const sizeOfFiles = (files: readonly StoredFile[]): PartSize => ({ items: files.length, bytes: sum(files) })

const sizes: Record<PartId, (workspace: Workspace) => PartSize> = {
  thumbnails: ({ thumbnails }) => thumbnails.size(),
  graphs: ({ weights }) => sizeOfFiles(filesIn(weights)),
  maps: (workspace) => tableSize(workspace, mapSize),
  facts(workspace) {
    const facts = countPredictions(workspace.db)
    const measured = tableSize(
      workspace,
      'SELECT count(*) AS items, coalesce(sum(length(value)), 0) AS bytes FROM measurement',
    )
    return { items: facts + measured.items, bytes: facts * factBytes + measured.bytes }
  },
  archives: ({ path }) => sizeOfFiles(filesIn(join(path, 'archives'))),
  lists: ({ path }) => sizeOfFiles(filesIn(listsIn(path))),
  exports: (workspace) => sizeOfFiles(filesIn(workspace.exports)),
}

const words: readonly Omit<CachePart, 'items' | 'bytes'>[] = [
  {
    id: 'thumbnails',
    title: 'Thumbnails',
    text: 'Small pictures of images; made again when they are looked at.',
    disposable: true,
  },
  {
    id: 'graphs',
    title: 'Rewritten models',
    text: 'Variant graphs and the weights they share; written again by the next study that needs them.',
    disposable: true,
  },
  {
    id: 'maps',
    title: 'Maps',
    text: 'Attention, saliency and receptive fields that were looked at; computed again when asked for.',
    disposable: true,
  },
  {
    id: 'archives',
    title: 'Unpacked archives',
    text: 'Datasets that were added packed (.tar.gz). Without them their images are missing until they are indexed again, which unpacks them.',
    disposable: true,
  },
  {
    id: 'lists',
    title: 'Lists of archives',
    text: 'Which files tars and zips hold, and where; read anew from the archives when they are opened.',
    disposable: true,
  },
  {
    id: 'facts',
    title: 'Predictions and measurements',
    text: 'What was measured. Never thrown away by itself: it is why a study costs nothing the second time.',
    disposable: false,
  },
  {
    id: 'exports',
    title: 'Exports',
    text: 'Figures and tables you wrote; yours to delete.',
    disposable: false,
  },
]

/** Lists what a workspace stores, by kind, with its number of items and bytes on disk. */
export const cacheParts = (workspace: Workspace): CachePart[] =>
  words.map((part) => ({ ...part, ...sizes[part.id](workspace) }))

/** Deletes the oldest items of a part until `bytes` are free, or all thumbnails. Returns the bytes that were freed. */
function drop(workspace: Workspace, part: PartId, bytes: number): number {
  if (part === 'thumbnails') {
    const { bytes: freed } = workspace.thumbnails.size()
    workspace.thumbnails.clear()
    return freed
  }
  if (part === 'archives') return dropFiles(filesIn(join(workspace.path, 'archives')), bytes)
  if (part === 'lists') return dropFiles(filesIn(listsIn(workspace.path)), bytes)
  if (part === 'graphs') return dropFiles(filesIn(workspace.weights), bytes)
  if (part !== 'maps') return 0
  const before = sizes.maps(workspace).bytes
  workspace.db
    .prepare(
      `DELETE FROM map WHERE key IN (SELECT key FROM
         (SELECT key, sum(length(data)) OVER (ORDER BY used_at, key) - length(data) AS earlier FROM map)
       WHERE earlier < ?)`,
    )
    .run(bytes)
  return before - sizes.maps(workspace).bytes
}

function dropFiles(files: StoredFile[], bytes: number): number {
  let freed = 0
  for (const file of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (freed >= bytes) break
    rmSync(file.path, { force: true })
    freed += file.bytes
  }
  return freed
}

/** Empties parts that can be made again; ignores the others. Returns the bytes that were freed. */
export const emptyParts = (workspace: Workspace, parts: readonly PartId[]): number =>
  [...new Set(parts)].reduce((freed, part) => freed + drop(workspace, part, Number.MAX_SAFE_INTEGER), 0)

/**
 * Deletes what can be made again until it takes at most `limitBytes`: thumbnails first, then maps, then rewritten
 * models, then lists of archives. Returns the bytes that were freed.
 */
export function trimCache(workspace: Workspace, limitBytes: number): number {
  const disposable = ['thumbnails', 'maps', 'graphs', 'lists'] as const
  let over = disposable.reduce((total, part) => total + sizes[part](workspace).bytes, 0) - limitBytes
  let freed = 0
  for (const part of disposable) {
    if (over <= 0) break
    const dropped = drop(workspace, part, over)
    over -= dropped
    freed += dropped
  }
  return freed
}
