import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Db, Workspace } from '../workspace/index.ts'
import { insertJob, noProgress } from '../jobs/index.ts'
import { importDraws, keepMadeMasks, mappingName } from '../studies/index.ts'
import type { Basis, BasisDataset, BasisModel } from './basis.ts'
import { bundledImage } from './images.ts'
import { imagesName, type Manifest } from './manifest.ts'
import { valid } from './open.ts'
import type { Archive } from './reader.ts'
import { eachLine } from './records.ts'
import { longestLine } from './sample.ts'

/** What a study of a bundle is set up from. */
export interface Setting {
  /** Kind, title, parameters, sample and preprocessings. */
  study: Pick<Manifest['study'], 'kind' | 'title' | 'params' | 'sample' | 'preprocessings'>
  /** Number of its models: the first of the basis. */
  models: number
  basis: Omit<Basis, 'pictures'>
  archive: Archive
  /** Path of its draws file; null without one. */
  draws: string | null
  /** Path of a model file by digest; undefined where it is not at hand. */
  pathOf(digest: string): string | undefined
}

/** Id of the study in the workspace it is restored to. */
export const restoredStudy = 1

/**
 * Sets up the study of a bundle in an empty workspace: its models, datasets, images and draws, without facts. Models and
 * datasets get the ids 1, 2, … in their order, and images in the order of images.csv.
 *
 * @throws BUNDLE_MALFORMED where images.csv is not valid, naming the line
 * @throws DRAWS_MALFORMED where the draws file is not valid
 */
export async function restoreSetting(workspace: Workspace, setting: Setting): Promise<void> {
  const { db } = workspace
  const { basis, archive, study } = setting
  db.transaction(() => {
    for (const [at, dataset] of basis.datasets.entries()) addDataset(workspace, at + 1, dataset)
    for (const [at, model] of basis.models.entries()) addModel(workspace, at + 1, model, setting.pathOf)
    addStudy(db, setting)
  })()
  if (archive.entries.has(imagesName)) await addImages(db, archive)
  db.transaction(() => {
    // In a bundle, the images are those that were chosen.
    if (study.sample !== null || basis.subset !== null)
      db.prepare(
        'INSERT INTO study_image SELECT ?, id FROM image WHERE class_idx IS NOT NULL ORDER BY id',
      ).run(restoredStudy)
    for (const [at, dataset] of basis.datasets.entries()) addSizes(db, at + 1, dataset)
  })()
  if (setting.draws === null) return
  // Draws that the study replays, before its conditions are planned; then masks that its conditions name.
  if (typeof study.params['draws'] === 'string') await importDraws(workspace, setting.draws)
  else await keepMadeMasks(workspace, restoredStudy, setting.draws)
}

function addDataset({ db, path: root }: Workspace, id: number, dataset: BasisDataset): void {
  const { title, layout, recognised, parts, classes, images, unreadable } = dataset
  const path = join(root, 'datasets', String(id))
  if (dataset.mapping) {
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, mappingName), JSON.stringify(dataset.mapping))
  }
  for (const { name, text } of dataset.beside ?? []) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const report = {
    reason: 'as a bundle says',
    expected: null,
    found: images,
    unreadable,
    ...{ unlabelled: 0, duplicates: 0, contradictions: 0 },
    ...{ missingParts: [], unknownParts: [], missingClasses: [], unknownClasses: [], remarks: [] },
  }
  db.prepare(
    `INSERT INTO dataset (id, title, path, layout, recognised, report, parts, state, added_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'ready', 0)`,
  ).run(id, title, path, layout, recognised, JSON.stringify(report), JSON.stringify(parts))
  const add = db.prepare('INSERT INTO class (dataset_id, idx, name, images) VALUES (?, ?, ?, ?)')
  for (const one of classes) add.run(id, one.index, one.name, one.images)
}

function addModel(
  { db, path: root }: Workspace,
  id: number,
  model: BasisModel,
  pathOf: Setting['pathOf'],
): void {
  // A file that is not at hand must not be looked for where the program happens to run.
  const path = pathOf(model.digest) ?? join(root, 'models', String(id), basename(model.file))
  const mtime = existsSync(path) ? Math.round(statSync(path).mtimeMs) : 0
  db.prepare(
    `INSERT INTO model (id, digest, title, path, bytes, mtime, inspection, preprocessing, label_set, label_source, labels, role, origin, added_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  ).run(
    id,
    model.digest,
    model.title,
    path,
    model.bytes,
    mtime,
    JSON.stringify(model.inspection),
    JSON.stringify(model.preprocessing),
    model.labelSet,
    model.labelSource ?? null,
    JSON.stringify(model.labels),
    model.role,
    model.origin ? JSON.stringify(model.origin) : null,
  )
}

function addStudy(db: Db, { study, models, basis: { datasets, subset, stopped } }: Setting): void {
  const key = createHash('sha256').digest('hex')
  db.prepare(
    `INSERT INTO study (id, kind, title, params, dataset_id, sample, subset, preprocessings, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  ).run(
    restoredStudy,
    study.kind,
    study.title,
    JSON.stringify(study.params),
    datasets.length > 0 ? 1 : null,
    study.sample ? JSON.stringify(study.sample) : null,
    subset ? JSON.stringify({ ...subset, id: 1, key }) : null,
    study.preprocessings ? JSON.stringify(study.preprocessings) : null,
  )
  if (stopped)
    insertJob(db, {
      kind: 'study',
      title: study.title,
      studyId: restoredStudy,
      options: { until: stopped.rule },
      ended: { ...noProgress, stopped: stopped.reason },
    })
  const add = db.prepare('INSERT INTO study_model (study_id, position, model_id) VALUES (?, ?, ?)')
  for (let at = 0; at < models; at++) add.run(restoredStudy, at, at + 1)
}

async function addImages(db: Db, archive: Archive): Promise<void> {
  const example = db
    .prepare<[Buffer, string], number>(
      'INSERT INTO example (digest, class) VALUES (?, ?) ON CONFLICT DO UPDATE SET class = class RETURNING id',
    )
    .pluck()
  const add = db.prepare(
    `INSERT INTO image (id, dataset_id, name, class_idx, part, example_id, bytes, mtime, generation)
     VALUES (?, ?, ?, (SELECT idx FROM class WHERE dataset_id = ? AND name = ?), ?, ?, 0, 0, 0)`,
  )
  let id = 0
  db.exec('BEGIN')
  try {
    await eachLine(archive, imagesName, longestLine, ({ record, line }) => {
      const place = `line ${line} of ${imagesName}`
      const image = valid(bundledImage, record, place, archive.refuse)
      const { dataset, className, part } = image
      const name = image.name === '' ? `image ${id + 1}` : image.name
      const digest = Buffer.from(image.digest, 'hex')
      add.run(++id, dataset, name, dataset, className, part, example.get(digest, className) ?? null)
    })
  } finally {
    db.exec('COMMIT')
  }
}

/**
 * Gives the images of a dataset the size that all have. Where sizes differ, an image without a class, which no study
 * uses, has another size.
 */
function addSizes(db: Db, id: number, { size }: BasisDataset): void {
  const [height, width] = size ?? [1, 1]
  db.prepare('UPDATE image SET height = ?, width = ? WHERE dataset_id = ?').run(height, width, id)
  if (size !== null) return
  db.prepare(
    `INSERT INTO image (dataset_id, name, example_id, bytes, mtime, generation)
     SELECT ?, 'of another size', min(example_id), 0, 0, 0 FROM image WHERE dataset_id = ? HAVING min(example_id) IS NOT NULL`,
  ).run(id, id)
}
