import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CachePart } from '#shared/contract/index.ts'
import type { Workspace } from './workspace.ts'

interface Stored {
  path: string
  bytes: number
  usedAt: number
}

/** Files below a folder, at any depth. */
function filesIn(folder: string): Stored[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const { size, atimeMs, mtimeMs } = statSync(path)
      return { path, bytes: size, usedAt: Math.max(atimeMs, mtimeMs) }
    })
}

const sum = (files: readonly Stored[]) => files.reduce((total, { bytes }) => total + bytes, 0)

interface Size {
  items: number
  bytes: number
}

const tableSize = ({ db }: Workspace, sql: string): Size =>
  db.prepare<[], Size>(sql).get() ?? { items: 0, bytes: 0 }

/** A fact takes about so many bytes of the database: its row and its share of the index. */
const factBytes = 96

type Part = CachePart['id']

const mapSize = 'SELECT count(*) AS items, coalesce(sum(length(data)), 0) AS bytes FROM map'
const sizeOfFiles = (files: readonly Stored[]): Size => ({ items: files.length, bytes: sum(files) })

const sizes: Record<Part, (workspace: Workspace) => Size> = {
  thumbnails: ({ thumbnails }) => thumbnails.size(),
  graphs: ({ weights }) => sizeOfFiles(filesIn(weights)),
  maps: (workspace) => tableSize(workspace, mapSize),
  facts(workspace) {
    const facts = tableSize(workspace, 'SELECT count(*) AS items, 0 AS bytes FROM prediction')
    const measured = tableSize(
      workspace,
      'SELECT count(*) AS items, coalesce(sum(length(value)), 0) AS bytes FROM measurement',
    )
    return { items: facts.items + measured.items, bytes: facts.items * factBytes + measured.bytes }
  },
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

/** What a workspace keeps besides its lists, by kind, with what it takes on disk. */
export const cacheParts = (workspace: Workspace): CachePart[] =>
  words.map((part) => ({ ...part, ...sizes[part.id](workspace) }))

/** Empties a part, or drops its oldest until so many bytes are free; gives what was freed. */
function drop(workspace: Workspace, part: Part, bytes: number): number {
  if (part === 'thumbnails') {
    const { bytes: freed } = workspace.thumbnails.size()
    workspace.thumbnails.clear()
    return freed
  }
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

function dropFiles(files: Stored[], bytes: number): number {
  let freed = 0
  for (const file of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (freed >= bytes) break
    rmSync(file.path, { force: true })
    freed += file.bytes
  }
  return freed
}

/** Empties whole parts; what cannot be made again is left alone. Gives the bytes that were freed. */
export const emptyParts = (workspace: Workspace, parts: readonly Part[]): number =>
  [...new Set(parts)].reduce((freed, part) => freed + drop(workspace, part, Number.MAX_SAFE_INTEGER), 0)

/** Brings what can be made again under a limit: thumbnails go first, then maps, then rewritten models. */
export function trimCache(workspace: Workspace, limitBytes: number): number {
  const disposable = ['thumbnails', 'maps', 'graphs'] as const
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
