import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { imagesInTurn, type ImageSource } from '../facts/index.ts'
import type { Db } from '../workspace/index.ts'
import { nextTurn } from '../base/nextTurn.ts'
import { partOf, readPart, type Container, type Part } from './container.ts'
import { refusePlan, type PlanHead } from './planSchema.ts'

/** An image of a plan: id, dataset, name within it, sha256 of the file (hex), class, index of the class, part of the dataset. */
export type PlanImage = [
  id: number,
  dataset: number,
  name: string,
  digest: string,
  className: string,
  classIndex: number,
  part: string | null,
]

const line = z.tuple([
  z.int().positive(),
  z.int().positive(),
  z.string(),
  z.string().regex(/^[0-9a-f]{64}$/),
  z.string(),
  z.int().nonnegative(),
  z.string().nullable(),
])

/** Images of a part of the file. */
const pieceSize = 1024
/** Most bytes of an unpacked part: paths are at most some thousand bytes long. */
const mostBytes = 2 ** 25

interface Row {
  id: number
  dataset_id: number
  name: string
  digest: Buffer
  class: string
  class_idx: number
  part: string | null
}

/** Parts of a plan's file with the images of one source, and what the head says of them. */
export interface ListedSource {
  images: number
  pieces: PlanHead['sources'][number]['pieces']
  parts: { part: Part; bytes: Buffer }[]
}

/**
 * Lists the images of a source in the order in which a study measures them, in gzipped parts of JSON lines.
 *
 * @param name of the source in the plan, which the names of its parts begin with
 * @throws the signal's reason
 */
export async function listImages(
  db: Db,
  source: ImageSource,
  seed: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<ListedSource> {
  const { ids } = await imagesInTurn(db, source, seed)
  const select = db.prepare<[string], Row>(
    `SELECT i.id, i.dataset_id, i.name, s.digest, s.class, i.class_idx, i.part
     FROM json_each(?) j JOIN image i ON i.id = j.value JOIN example s ON s.id = i.example_id ORDER BY j.key`,
  )
  const listed: ListedSource = { images: ids.length, pieces: [], parts: [] }
  for (let at = 0; at < ids.length; at += pieceSize) {
    signal?.throwIfAborted()
    const rows = select.all(JSON.stringify([...ids.subarray(at, at + pieceSize)]))
    const text = rows.map((row) => `${JSON.stringify(lineOf(row))}\n`).join('')
    const bytes = gzipSync(text)
    const part = partOf(`${name}/${listed.pieces.length}`, bytes)
    listed.pieces.push({ part: part.name, images: rows.length })
    listed.parts.push({ part, bytes })
    await nextTurn()
  }
  return listed
}

const lineOf = (row: Row): PlanImage => [
  row.id,
  row.dataset_id,
  row.name,
  row.digest.toString('hex'),
  row.class,
  row.class_idx,
  row.part,
]

/**
 * Reads the images from one place in the order of a source up to another. Only the parts that have them are read.
 *
 * @throws PLAN_MALFORMED where a part is not what was written
 */
export async function* readImages(
  plan: Pick<Container<PlanHead>, 'head' | 'part'> & { path: string },
  source: PlanHead['sources'][number],
  [from, to]: readonly [number, number],
): AsyncGenerator<PlanImage[], void, undefined> {
  const refuse = refusePlan(plan.path)
  const parts = new Map(plan.head.parts.map((part) => [part.name, part]))
  let start = 0
  for (const piece of source.pieces) {
    const [first, end] = [start, start + piece.images]
    start = end
    if (end <= from || first >= to) continue
    const part = parts.get(piece.part)
    if (!part) throw refuse(`it has no part ${piece.part}`)
    const images = linesOf(await readPart(plan, part), piece.part, refuse)
    if (images.length !== piece.images)
      throw refuse(`${piece.part} has ${images.length} images, not ${piece.images}`)
    yield images.slice(Math.max(0, from - first), to - first)
  }
}

function linesOf(bytes: Buffer, name: string, refuse: ReturnType<typeof refusePlan>): PlanImage[] {
  try {
    const text = gunzipSync(bytes, { maxOutputLength: mostBytes }).toString('utf8')
    return text
      .split('\n')
      .filter((one) => one !== '')
      .map((one) => line.parse(JSON.parse(one)))
  } catch {
    throw refuse(`${name} is no list of images`)
  }
}
