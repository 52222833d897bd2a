import Database from 'better-sqlite3'
import { existsSync, readdirSync } from 'node:fs'
import { readUserFile } from '../base/userFile.ts'
import { join } from 'node:path'
import type { StudyPlan } from '../studies/index.ts'
import type { WorkspaceFiles } from '../workspace/index.ts'
import { partOf, type Part } from './container.ts'
import type { PlanHead } from './planSchema.ts'

/** What a study replays, by the digests in its parameters and conditions: files of drawn masks, pictures of ice, and stored texts. */
export interface Replayed {
  files: PlanHead['draws']
  texts: PlanHead['texts']
  parts: { part: Part; bytes: Buffer }[]
}

const digests = /\b[0-9a-f]{64}\b/g

/** Collects the draws that a study names, as they are stored now. Masks that are being made are complete image by image. */
export async function replayedDraws(
  { db, draws }: Pick<WorkspaceFiles, 'db' | 'draws'>,
  { study, models }: StudyPlan,
): Promise<Replayed> {
  const said = [
    study.params,
    ...models.flatMap(({ conditions }) => conditions.map(({ parts }) => parts[0]?.transform)),
  ]
  const named = new Set(JSON.stringify(said).match(digests) ?? [])
  const names = existsSync(draws) ? readdirSync(draws).toSorted() : []
  const replayed: Replayed = { files: [], texts: [], parts: [] }
  for (const name of names) {
    if (!named.has(name.slice(0, 64)) || !/^[0-9a-f]{64}(\.replay)?\.(json|sqlite|ice)$/.test(name)) continue
    const bytes = await bytesOf(join(draws, name))
    const part = partOf(`draws/${name}`, bytes)
    replayed.files.push({ name, part: part.name })
    replayed.parts.push({ part, bytes })
  }
  const text = db.prepare<[string], string>('SELECT text FROM subset_file WHERE digest = ?').pluck()
  for (const digest of [...named].sort()) {
    const found = text.get(digest)
    if (found !== undefined) replayed.texts.push({ digest, text: found })
  }
  return replayed
}

/** The bytes of a file; of a database as of one moment. */
async function bytesOf(path: string): Promise<Buffer> {
  if (!path.endsWith('.sqlite')) return readUserFile(path)
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return db.serialize()
  } finally {
    db.close()
  }
}
