import { statfsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { WorkspaceInfo } from '#shared/contract/index.ts'
import type { Db } from './database.ts'
import { countPredictions } from './facts/blocks.ts'
import { present } from './removals.ts'
import { databaseName } from './schema.ts'

/** What of an open workspace is described; see `Workspace`. */
interface Described {
  path: string
  place: string
  readOnly: string | null
  db: Db
  kept: boolean
}

/** Describes an open workspace: where it is, what it holds, and what is to be minded. */
export function describe({ path, place, readOnly, db, kept }: Described): WorkspaceInfo {
  const count = (table: string, where = '') =>
    Number(db.prepare(`SELECT count(*) FROM ${table} ${where}`).pluck().get())
  const there = (table: string) => count(table, `WHERE ${present}`)
  const removedImages = 'WHERE dataset_id IN (SELECT id FROM dataset WHERE removal_id IS NOT NULL)'
  const factCount = countPredictions(db)
  const file = join(path, databaseName)
  return {
    path: place,
    name: kept ? basename(place) : 'Not kept yet',
    readOnly,
    unkept: kept
      ? null
      : {
          studies: there('study'),
          predictions: factCount,
          figures: there('composition'),
          subsets: count('subset'),
          notes: count('image_note') + count('image_tag'),
        },
    schema: Number(db.pragma('user_version', { simple: true })),
    createdAt: Math.round(statSync(file).birthtimeMs),
    models: there('model'),
    datasets: there('dataset'),
    images: count('image') - count('image', removedImages),
    predictions: factCount,
    studies: there('study'),
    bytes: statSync(file).size,
    warnings: isNetworkFileSystem(place)
      ? ['The folder is on a network file system; SQLite is safe on local disks only.']
      : [],
  }
}

/** Magic numbers of statfs(2) on Linux: NFS, SMB, CIFS, SMB2, AFS, FUSE (sshfs), 9p. */
const networkTypes = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x65735546, 0x01021997])

function isNetworkFileSystem(path: string): boolean {
  return process.platform === 'linux' && networkTypes.has(statfsSync(path).type >>> 0)
}
