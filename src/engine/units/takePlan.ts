import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { statOf } from '../base/statOf.ts'
import { storeBatches } from '../facts/index.ts'
import { formatsOf, planStudy, studyDefinition } from '../studies/index.ts'
import type { Db, Workspace } from '../workspace/index.ts'
import { readPart } from './container.ts'
import { readImages, type PlanImage } from './imageList.ts'
import { foundHere, placeHere, type PathMap } from './places.ts'
import { refusePlan, type PlanDataset, type PlanHead, type PlanModel, type Unit } from './planSchema.ts'
import type { OpenPlan } from './readPlan.ts'
import { setupDigest } from './setup.ts'

/** How a plan is taken into a workspace. */
export interface Taking {
  maps: readonly PathMap[]
  /** Where the images of a dataset lie that were copied to this machine, by id of the dataset. */
  staged: ReadonlyMap<number, string>
}

/**
 * Takes into an empty workspace what a unit of a plan needs, under the ids of the plan: models, datasets, study, draws, and the images
 * of the unit, or all images where they belong together.
 *
 * @throws PLAN_MALFORMED where the plan is not as it was written, or this version would not measure the same by it
 * @throws FILE_MISSING where a model or a dataset is not here
 * @throws UNSUPPORTED where it was written for another schema
 */
export async function takePlan(
  workspace: Workspace,
  plan: OpenPlan,
  unit: Unit,
  taking: Taking,
): Promise<void> {
  const { db } = workspace
  const { head } = plan
  if (Number(db.pragma('user_version', { simple: true })) !== head.schema)
    throw new KernelscopeError(
      'UNSUPPORTED',
      `${plan.path} was written by Kernelscope ${head.kernelscope}, whose workspaces have another schema`,
      { hint: 'Use the same version on all machines.' },
    )
  await takeDraws(workspace, plan)
  db.transaction(() => {
    for (const dataset of head.datasets) addDataset(db, dataset, taking)
    for (const model of head.models) addModel(db, model, taking.maps)
    addStudy(db, head, taking.maps)
    for (const { digest, text } of head.texts)
      db.prepare('INSERT OR IGNORE INTO subset_file (digest, text) VALUES (?, ?)').run(digest, text)
    storeBatches(db, head.variants)
  })()
  await takeImages(db, plan, unit)
  // Their ids come after those of the images.
  db.transaction(() => head.datasets.forEach((dataset) => addWitnesses(db, dataset)))()
  checkSetup(db, plan, unit)
}

type Row = PlanModel['row']

/** Inserts a row by its columns that this schema has, and the others that are given. */
function insertRow(db: Db, table: 'model' | 'dataset' | 'study', row: Row, own: Row): void {
  const known = new Set(
    db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table),
  )
  const all = Object.entries({ ...row, ...own }).filter(([name]) => known.has(name))
  const names = all.map(([name]) => name)
  db.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
    ...all.map(([, value]) => value),
  )
}

function addModel(db: Db, { id, title, path, row }: PlanModel, maps: readonly PathMap[]): void {
  const here = foundHere(path, maps, `the model ${title}`)
  // Whether it is the same file is checked by its digest where it is read.
  const mtime = Math.round(statOf(here)?.mtimeMs ?? 0)
  insertRow(db, 'model', row, { id, path: here, mtime })
}

function addDataset(db: Db, dataset: PlanDataset, { maps, staged }: Taking): void {
  const { id, title, root, row, classes } = dataset
  const framed = typeof row['frames_path'] === 'string'
  const images = staged.get(id) ?? foundHere(root, maps, `the dataset ${title}`)
  insertRow(db, 'dataset', row, {
    id,
    path: typeof row['path'] === 'string' ? placeHere(row['path'], maps) : images,
    frames_path: framed || staged.has(id) ? images : null,
    state: 'ready',
  })
  const add = db.prepare('INSERT INTO class (dataset_id, idx, name, images) VALUES (?, ?, ?, ?)')
  for (const { index, name, images: count } of classes) add.run(id, index, name, count)
}

/** The digest of the example of images that stand for what others say of a dataset; no file has it. */
export const noDigest = Buffer.alloc(32)

/**
 * Images without a class, which nothing measures: they say which parts a dataset has and whether its images have one size, as the
 * preprocessing depends on it, whichever images are taken.
 */
function addWitnesses(db: Db, { id, size, parts }: PlanDataset): void {
  const example = db
    .prepare<[Buffer], number>(
      "INSERT INTO example (digest, class) VALUES (?, '') ON CONFLICT DO UPDATE SET class = class RETURNING id",
    )
    .pluck()
    .get(noDigest)
  const add = db.prepare(
    `INSERT INTO image (dataset_id, name, part, example_id, bytes, mtime, height, width, generation)
     VALUES (?, ?, ?, ?, 0, 0, ?, ?, 0)`,
  )
  const [height, width] = size ?? [0, 0]
  add.run(id, '/', null, example, height, width)
  if (!size) add.run(id, '//', null, example, 1, 1)
  for (const part of parts) add.run(id, `/${part}`, part, example, height, width)
}

function addStudy(db: Db, { study }: PlanHead, maps: readonly PathMap[]): void {
  const formatOf = formatsOf(studyDefinition(study.kind))
  const params: unknown = JSON.parse(String(study.row['params'] ?? '{}'))
  const mapped = Object.fromEntries(
    Object.entries(params ?? {}).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' && formatOf(name) === 'folder' ? placeHere(value, maps) : value,
    ]),
  )
  insertRow(db, 'study', study.row, { id: study.id, params: JSON.stringify(mapped) })
  const add = db.prepare('INSERT INTO study_model (study_id, position, model_id) VALUES (?, ?, ?)')
  for (const [at, id] of study.models.entries()) add.run(study.id, at, id)
}

async function takeDraws(workspace: Workspace, plan: OpenPlan): Promise<void> {
  const parts = new Map(plan.head.parts.map((part) => [part.name, part]))
  mkdirSync(workspace.draws, { recursive: true })
  for (const { name, part: of } of plan.head.draws) {
    const part = parts.get(of)
    if (!part) throw refusePlan(plan.path)(`it has no part ${of}`)
    writeFileSync(join(workspace.draws, name), await readPart(plan, part))
  }
}

/** Takes the images of the sources that the unit measures: those of its range, or all of them. */
async function takeImages(db: Db, plan: OpenPlan, unit: Unit): Promise<void> {
  const { head } = plan
  const work = head.work.find(({ modelId }) => modelId === unit.modelId)
  const own = work?.conditions.slice(...unit.conditions).map(({ source }) => source) ?? []
  // What replaces the measuring reads the study's own images, which are the first source.
  const places = new Set(work?.conditionsApart ? own : [0, ...own])
  for (const place of places) {
    const source = head.sources[place]
    if (!source) throw refusePlan(plan.path)(`it has no source ${place}`)
    const range = head.apart ? unit.images : ([0, source.images] as const)
    const size = head.datasets.find(({ id }) => id === source.datasetId)?.size ?? null
    const add = imageAdder(db, head.study.id, source.chosen, size)
    for await (const images of readImages(plan, source, range)) db.transaction(() => images.forEach(add))()
  }
}

function imageAdder(db: Db, studyId: number, chosen: boolean, size: PlanDataset['size']) {
  const example = db
    .prepare<[Buffer, string], number>(
      'INSERT INTO example (digest, class) VALUES (?, ?) ON CONFLICT DO UPDATE SET class = class RETURNING id',
    )
    .pluck()
  const add = db.prepare(
    `INSERT OR IGNORE INTO image (id, dataset_id, name, class_idx, part, example_id, bytes, mtime, height, width, generation)
     VALUES (?, ?, ?, ?, ?, ?, 0, 0, ?, ?, 0)`,
  )
  const choose = db.prepare('INSERT OR IGNORE INTO study_image (study_id, image_id) VALUES (?, ?)')
  const [height, width] = size ?? [0, 0]
  return ([id, dataset, name, digest, className, classIndex, part]: PlanImage) => {
    const exampleId = example.get(Buffer.from(digest, 'hex'), className)
    add.run(id, dataset, name, classIndex, part, exampleId, height, width)
    if (chosen) choose.run(studyId, id)
  }
}

/** Refuses a plan by which this version would store facts under other keys than the one that wrote it. */
function checkSetup(db: Db, plan: OpenPlan, { modelId, title }: Unit): void {
  const wanted = plan.head.work.find((work) => work.modelId === modelId)?.setup
  const planned = planStudy(db, plan.head.study.id).models.find(({ model }) => model.id === modelId)
  if (planned && setupDigest(planned) === wanted) return
  throw refusePlan(plan.path)(
    `this version measures ${title} under other conditions than Kernelscope ${plan.head.kernelscope}, which wrote it`,
  )
}
