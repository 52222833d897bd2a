import type { Recognised, Sample } from '#shared/contract/index.ts'
import { frameKinds } from '#shared/datasetKinds.ts'
import { generator } from '#shared/random.ts'
import type { Db } from '../../workspace/index.ts'
import { usableSql } from '../../facts/index.ts'
import { pictureName } from '../summary/pictureName.ts'

/**
 * Samples images for a study and stores the selection: of each class the first images in a random order, as many as are
 * asked for, or the first of each class, then the second, until there are as many over all classes. The order depends on the
 * seed and the image's digest, not on names or the order of indexing. Where a dataset shows the same pictures in several
 * parts, each part has its own count, and the order depends on class and file name instead (for frames: on the sequence,
 * taken whole), so that all parts get the same pictures.
 *
 * @param among only these images; null = all
 */
export function storeSelection(
  db: Db,
  studyId: number,
  datasetId: number,
  sample: Sample,
  among: ReadonlySet<number> | null = null,
): void {
  const rows = db
    .prepare<[number], Candidate & { group: string }>(
      `SELECT i.id, coalesce(i.part, '') || '|' || i.class_idx AS "group", i.name, i.part, s.digest
       FROM image i JOIN example s ON s.id = i.example_id WHERE ${usableSql} ORDER BY i.class_idx, i.id`,
    )
    .all(datasetId)
    .filter(({ id }) => among === null || among.has(id))
  const frames = isFrames(db, datasetId)
  const insert = db.prepare('INSERT OR IGNORE INTO study_image (study_id, image_id) VALUES (?, ?)')
  const byClass = Map.groupBy(rows, ({ group }) => group)
  const pictures = [...byClass.values()].flatMap((images) =>
    picturesOf(images, frames)
      .map(({ key, ids }) => ({ ids, order: generator('sample', sample.seed, key).uniform() }))
      .sort(byOrder)
      .map((picture, round) => ({ ...picture, round, part: images[0]?.part ?? null })),
  )
  const chosen =
    'perClass' in sample
      ? pictures.filter(({ round }) => round < sample.perClass)
      : [...Map.groupBy(pictures, ({ part }) => part).values()].flatMap((own) =>
          own.sort((a, b) => a.round - b.round || byOrder(a, b)).slice(0, sample.images),
        )
  db.transaction(() => {
    for (const { ids } of chosen) for (const id of ids) insert.run(studyId, id)
  })()
}

interface Drawn {
  ids: readonly number[]
  /** Its place in the random order, from 0 to 1. */
  order: number
}

const byOrder = (a: Drawn, b: Drawn): number => a.order - b.order || (a.ids[0] ?? 0) - (b.ids[0] ?? 0)

interface Candidate {
  id: number
  name: string
  part: string | null
  digest: Buffer
}

function picturesOf(images: Candidate[], frames: boolean): { key: string; ids: number[] }[] {
  if (images[0]?.part === null)
    return images.map(({ id, digest }) => ({ key: digest.toString('hex'), ids: [id] }))
  return [...Map.groupBy(images, ({ name }) => pictureName(name, frames))].map(([key, members]) => ({
    key,
    ids: members.map(({ id }) => id),
  }))
}

function isFrames(db: Db, datasetId: number): boolean {
  const recognised = db
    .prepare<[number], Recognised>('SELECT recognised FROM dataset WHERE id = ?')
    .pluck()
    .get(datasetId)
  return recognised !== undefined && frameKinds.includes(recognised)
}
