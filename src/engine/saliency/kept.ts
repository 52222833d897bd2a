import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { disposableJson, type Db } from '../workspace/index.ts'
import { LruMap } from '../base/lruMap.ts'

/** An array of a result: little-endian, row-major. */
export interface Part {
  shape: number[]
  bytes: Uint8Array
}

/** A result with its arrays, by name. */
export interface KeptMap {
  kind: 'attention' | 'saliency' | 'receptiveField'
  result: unknown
  parts: Record<string, Part>
}

interface Row {
  kind: KeptMap['kind']
  result: string
  parts: string
  data: Buffer
}

const memoryBytes = 64 * 2 ** 20
const storedBytes = 256 * 2 ** 20

const sizeOf = ({ parts }: KeptMap) =>
  Object.values(parts).reduce((sum, { bytes }) => sum + bytes.byteLength, 0)

/** Key of a result: a digest of everything it is computed from. */
export const mapKey = (from: unknown): string =>
  createHash('sha256').update(canonicalJson(from)).digest('hex').slice(0, 32)

/**
 * Cache of computed maps. The maps used last are in memory (64 MB); with a workspace, all are in its database too (256 MB).
 */
export class KeptMaps {
  readonly #memory = new LruMap<string, KeptMap>(memoryBytes, sizeOf)

  /** The result of that key and kind; undefined where it is not in the cache. The kind decides the type T. */
  find<T>(db: Db | null, key: string, kind: KeptMap['kind']): T | undefined {
    const found = this.#look(db, key)
    return found?.kind === kind ? (found.result as T) : undefined
  }

  /** @throws MAP_EXPIRED where the cache has no map of that key and of one of the kinds */
  get(db: Db | null, key: string, kinds: readonly KeptMap['kind'][]): KeptMap {
    const found = this.#look(db, key)
    if (found && kinds.includes(found.kind)) return found
    throw new KernelscopeError('MAP_EXPIRED', `the map ${key} is no longer kept`)
  }

  put(db: Db | null, key: string, map: KeptMap): void {
    this.#memory.set(key, map)
    if (db) store(db, key, map)
  }

  #look(db: Db | null, key: string): KeptMap | undefined {
    const known = this.#memory.get(key)
    const found = known ?? (db ? fromStore(db, key) : undefined)
    if (found && !known) this.#memory.set(key, found)
    return found
  }
}

/** Name, shape and byte length of the arrays in their order. */
const layoutSchema = z.array(z.tuple([z.string(), z.array(z.int()), z.int().min(0)]))

function fromStore(db: Db, key: string): KeptMap | undefined {
  const row = db
    .prepare<[number, string], Row>(
      'UPDATE map SET used_at = ? WHERE key = ? RETURNING kind, result, parts, data',
    )
    .get(Date.now(), key)
  if (!row) return undefined
  const layout = disposableJson(layoutSchema, row.parts)
  const result = disposableJson(z.unknown(), row.result)
  if (layout === null || result === null) return undefined
  let at = 0
  const parts = layout.map(([name, shape, length]): [string, Part] => {
    // A copy begins at an aligned address, as typed arrays need.
    const bytes = new Uint8Array(row.data.subarray(at, at + length))
    at += length
    return [name, { shape, bytes }]
  })
  return { kind: row.kind, result, parts: Object.fromEntries(parts) }
}

function store(db: Db, key: string, { kind, result, parts }: KeptMap): void {
  const layout = Object.entries(parts).map(([name, { shape, bytes }]) => [name, shape, bytes.byteLength])
  const data = Buffer.concat(Object.values(parts).map(({ bytes }) => bytes))
  db.transaction(() => {
    db.prepare(
      'INSERT OR REPLACE INTO map (key, kind, result, parts, data, used_at) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(key, kind, JSON.stringify(result), JSON.stringify(layout), data, Date.now())
    pruneMaps(db)
  })()
}

/** Drops the maps used longest ago beyond what a workspace keeps. */
export function pruneMaps(db: Db): void {
  db.prepare(
    `DELETE FROM map WHERE key IN (SELECT key FROM
       (SELECT key, sum(bytes) OVER (ORDER BY used_at DESC, key) AS total FROM
         (SELECT key, used_at, length(data) AS bytes FROM map)) WHERE total > ?)`,
  ).run(storedBytes)
}

/** A part of float32 values, without a copy. */
export const floatPart = (values: Float32Array, shape: number[]): Part => ({
  shape,
  bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
})

/** The float32 values of a part that `floatPart` made. */
export const floatsOfPart = ({ bytes }: Part): Float32Array =>
  new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
