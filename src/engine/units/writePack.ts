import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { withNewFile } from '../base/newFile.ts'
import { onnxruntimeVersion } from '../base/onnxruntimeVersion.ts'
import { piecesOf, readUserFile } from '../base/userFile.ts'
import { version } from '../base/version.ts'
import { countAll, listVariants, removeUnusedKeys } from '../facts/index.ts'
import type { Db, Workspace } from '../workspace/index.ts'
import { partOf, writeContainer, type Part } from './container.ts'
import { databasePart, type PackHead } from './packSchema.ts'

/** What is said of a pack besides what its facts say. */
export type PackAbout = Pick<PackHead, 'plan' | 'study' | 'unit' | 'schema'> & {
  /** Titles of the models of the plan, by digest. */
  titles: ReadonlyMap<string, string>
  seconds: PackHead['seconds']
}

/** A pack that was written. */
export interface WrittenPack {
  path: string
  bytes: number
  /** Names the pack: sha256 of its head, hex. */
  digest: string
  head: PackHead
}

/** Level of gzip at which writing takes less time than a slow disk. */
const level = 1

/**
 * Writes the facts of a unit's workspace as one file, whole or not at all: its database without what a plan brought, and the
 * masks that were drawn. What the workspace holds besides facts is removed from it.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where it cannot be written; the signal's reason
 */
export async function writePack(
  { db, path: folder, draws }: Workspace,
  file: string,
  { titles, seconds, ...about }: PackAbout,
  signal?: AbortSignal,
): Promise<WrittenPack> {
  db.transaction(() => leaveFacts(db))()
  const copy = join(folder, 'pack.sqlite')
  db.prepare('VACUUM INTO ?').run(copy)
  const packed = `${copy}.gz`
  const hash = createHash('sha256')
  const hashed = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      hash.update(piece)
      yield piece
    }
  }
  await withNewFile(packed, (out) =>
    pipeline(
      piecesOf(copy),
      createGzip({ level }),
      hashed,
      out.createWriteStream(),
      ...(signal ? [{ signal }] : []),
    ),
  )
  const masks = await masksIn(draws)
  const parts: Part[] = [
    { name: databasePart, bytes: statSync(packed).size, digest: hash.digest('hex') },
    ...masks.map(({ part }) => part),
  ]
  const head: PackHead = {
    ...about,
    kernelscope: version,
    onnxruntime: onnxruntimeVersion,
    ...madeBy(db, titles),
    facts: countAll(db),
    seconds,
    databaseBytes: statSync(copy).size,
    parts,
  }
  const contents = async function* () {
    yield* piecesOf(packed)
    for (const { bytes } of masks) yield bytes
  }
  const written = await writeContainer(file, 'pack', head, contents(), signal)
  return { ...written, head }
}

/** Removes what is no fact and what no fact is about. Images stay, so that a foreign one can be named. */
function leaveFacts(db: Db): void {
  for (const table of ['job', 'study', 'model', 'setting', 'subset_file', 'map'])
    db.exec(`DELETE FROM ${table}`)
  db.exec(`
    DELETE FROM image WHERE class_idx IS NULL;
    DELETE FROM example WHERE class = '' AND id NOT IN (SELECT example_id FROM image WHERE example_id IS NOT NULL);`)
  removeUnusedKeys(db)
}

const keySchema = z.object({
  model: z.string(),
  runtime: z.object({ provider: z.string(), precision: z.string(), onnxruntime: z.string() }),
})

/** The models and runtimes of the variants in a database. */
function madeBy(db: Db, titles: ReadonlyMap<string, string>): Pick<PackHead, 'models' | 'runtimes'> {
  const keys = listVariants(db).map(({ text }) => keySchema.parse(JSON.parse(text)))
  const digests = [...new Set(keys.map(({ model }) => model))].sort()
  const runtimes = new Map(keys.map(({ runtime }) => [JSON.stringify(runtime), runtime]))
  return {
    models: digests.map((digest) => ({ digest, title: titles.get(digest) ?? '' })),
    runtimes: [...runtimes.values()],
  }
}

/** The masks that were drawn, whole in memory. */
async function masksIn(draws: string): Promise<{ part: Part; bytes: Buffer }[]> {
  const names = existsSync(draws) ? readdirSync(draws).toSorted() : []
  const masks: { part: Part; bytes: Buffer }[] = []
  for (const name of names) {
    if (!/^[0-9a-f]{64}\.(json|sqlite)$/.test(name)) continue
    const bytes = await readUserFile(join(draws, name))
    masks.push({ part: partOf(`draws/${name}`, bytes), bytes })
  }
  return masks
}
