import { LruMap } from '../base/lruMap.ts'
import type { Db } from '../workspace/index.ts'
import { imagesOf, sourceKey, sqlOf, type ImageSource, type SqlValue } from './images.ts'
import { keptValues } from './keptValues.ts'
import { imageVersion } from './state.ts'

/** The images of a source in order of id: for each its id, its example and the index of its class. */
export interface ImageList {
  ids: Float64Array
  examples: Uint32Array
  classes: Int32Array
  /** Whether the examples have consecutive ids. */
  isRun: boolean
}

/** Bytes of the lists that are kept for a database. */
const keptBytes = 96 * 2 ** 20
const bytesOf = ({ ids }: ImageList) => 16 * ids.length

const kept = new WeakMap<Db, LruMap<string, ImageList>>()

/** Images of a list from which on it is kept in a file. */
const worthKeeping = 10_000

/**
 * Lists the images of a source. The list is kept until its images, or the selections of studies, change; that of many images
 * also for the next start.
 */
export function imageList(db: Db, source: ImageSource): ImageList {
  const known = kept.get(db) ?? new LruMap<string, ImageList>(keptBytes, bytesOf)
  kept.set(db, known)
  const version = String(imageVersion(db, source.datasetId))
  const key = `${version} ${selectionState(db, source)} ${sourceKey(source)}`
  const before = known.get(key)
  if (before) return before
  const list = source.selectedFor === null ? keptList(db, source, version) : readList(db, source)
  known.set(key, list)
  return list
}

/** Lists the images of a source by what was kept of them, or reads and keeps them. */
function keptList(db: Db, source: ImageSource, version: string): ImageList {
  const values = keptValues(db)
  const name = `images ${sourceKey(source)}`
  const before = values.find(source.datasetId, name, version)
  if (before) return unpacked(before)
  const list = readList(db, source)
  if (list.ids.length >= worthKeeping) values.put(source.datasetId, name, version, packed(list))
  return list
}

const packed = ({ ids, examples, classes }: ImageList): Buffer =>
  Buffer.concat(
    [ids, examples, classes].map(({ buffer, byteOffset, byteLength }) =>
      Buffer.from(buffer, byteOffset, byteLength),
    ),
  )

function unpacked(bytes: Buffer): ImageList {
  // A Buffer may start at any address; numbers need one of their own size.
  const { buffer } = new Uint8Array(bytes)
  const n = bytes.length / 16
  return listOf(
    new Float64Array(buffer, 0, n),
    new Uint32Array(buffer, 8 * n, n),
    new Int32Array(buffer, 12 * n, n),
  )
}

function listOf(ids: Float64Array, examples: Uint32Array, classes: Int32Array): ImageList {
  const first = examples[0] ?? 0
  let isRun = true
  for (let at = 0; at < examples.length && isRun; at++) isRun = examples[at] === first + at
  return { ids, examples, classes, isRun }
}

/** The sum of the digests of all selections, which every change of them changes. */
const selectionState = (db: Db, { selectedFor }: ImageSource): number | null =>
  selectedFor === null
    ? null
    : (db.prepare<[], number>("SELECT sum FROM content_sum WHERE name = 'study_image'").pluck().get() ?? null)

function readList(db: Db, source: ImageSource): ImageList {
  const images = imagesOf(source)
  const [ids, examples, classes]: [number[], number[], number[]] = [[], [], []]
  const rows = db
    .prepare<SqlValue[], [number, number, number]>(
      `SELECT i.id, i.example_id, i.class_idx FROM ${sqlOf(images)} ORDER BY i.id`,
    )
    .raw()
    .iterate(...images.values)
  for (const [id, example, classIndex] of rows) {
    ids.push(id)
    examples.push(example)
    classes.push(classIndex)
  }
  return listOf(Float64Array.from(ids), Uint32Array.from(examples), Int32Array.from(classes))
}

/** Whether some ids of a source's images are all of them. */
export const listsAll = (db: Db, source: ImageSource, ids: Float64Array): boolean =>
  ids.length === imageList(db, source).ids.length

/** Returns the places of the first image with an id of at least `from` and of the first one above `to`. */
export function placesBetween({ ids }: ImageList, from: number, to: number): [number, number] {
  return [placeOf(ids, from), to >= Number.MAX_SAFE_INTEGER ? ids.length : placeOf(ids, to + 1)]
}

/** Place of the first id that is at least `id`, in ascending ids. */
function placeOf(ids: Float64Array, id: number): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ids[middle] ?? Infinity) < id) low = middle + 1
    else high = middle
  }
  return low
}
