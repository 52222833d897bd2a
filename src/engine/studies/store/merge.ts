import { createHash } from 'node:crypto'
import { z } from 'zod'
import { studySubset, type MergePart } from '#shared/contract/index.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { columnsToCopy, present, type Db, type MergedIds } from '../../workspace/index.ts'
import { studyDefinitions } from '../registry.ts'
import { idsIn, renumberedIds } from './paramIds.ts'

/** Ids there and here of what studies refer to. */
export interface StudyReferences {
  models: MergedIds
  datasets: MergedIds
  subsets: MergedIds
}

interface Row {
  id: number
  kind: string
  title: string
  params: string
  dataset_id: number | null
  subset: string | null
  preprocessings: string | null
}

/** What makes a study: equal ones measure the same. */
interface Identity {
  kind: string
  params: Record<string, unknown>
  models: readonly number[]
  datasetId: number | null
  /** Digest of the chosen images' ids; null for all of the dataset. */
  images: string | null
  preprocessings: unknown
}

const paramsSchema = z.record(z.string(), z.unknown())
/** Stands for a subset that is not there any more. */
const noSubset = Number.MAX_SAFE_INTEGER

/**
 * Adds the studies of an attached database, `other`, after models, datasets and subsets. One of the same kind, parameters, models,
 * images and preprocessings is the same study, whatever its title. The last job of a study that has ended comes with it.
 * Call it in a transaction.
 */
export function mergeStudies(db: Db, maps: StudyReferences): { part: MergePart; ids: MergedIds } {
  const part: MergePart = { name: 'studies', added: 0, there: 0, remarks: [] }
  const ids = new Map<number, number>()
  const own = new Map(rowsOf(db, 'main').map((row) => [identityHere(db, row), row.id]))
  for (const row of rowsOf(db, 'other')) {
    const identity = identityThere(db, row, maps)
    if (typeof identity === 'string') {
      part.remarks.push({ title: row.title, message: identity, leftOut: true, count: 1 })
      continue
    }
    const key = canonicalJson(identity)
    const known = own.get(key)
    if (known !== undefined) part.there++
    else part.added++
    const id = known ?? insert(db, row, identity, maps)
    own.set(key, id)
    ids.set(row.id, id)
  }
  db.exec('INSERT OR IGNORE INTO main.subset_file (digest, text) SELECT digest, text FROM other.subset_file')
  return { part, ids }
}

const rowsOf = (db: Db, schema: 'main' | 'other'): Row[] =>
  db.prepare<[], Row>(`SELECT * FROM ${schema}.study WHERE ${present} ORDER BY id`).all()

const modelsOf = (db: Db, schema: 'main' | 'other', study: number): number[] =>
  db
    .prepare<[number], number>(
      `SELECT model_id FROM ${schema}.study_model WHERE study_id = ? ORDER BY position`,
    )
    .pluck()
    .all(study)

const digestOf = (ids: readonly number[]): string | null =>
  ids.length === 0 ? null : createHash('sha256').update(JSON.stringify(ids)).digest('hex')

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

const identityHere = (db: Db, row: Row): string =>
  canonicalJson({
    kind: row.kind,
    params: parsed(row.params),
    models: modelsOf(db, 'main', row.id),
    datasetId: row.dataset_id,
    images: digestOf(
      db
        .prepare<[number], number>(
          'SELECT image_id FROM main.study_image WHERE study_id = ? ORDER BY image_id',
        )
        .pluck()
        .all(row.id),
    ),
    preprocessings: parsed(row.preprocessings),
  })

/** Returns why the study is left out where it refers to what is not there. */
function identityThere(db: Db, row: Row, { models, datasets }: StudyReferences): Identity | string {
  const params = mappedParams(db, row, { model: models, dataset: datasets })
  if (typeof params === 'string') return params
  const modelIds = modelsOf(db, 'other', row.id).map((id) => models.get(id))
  const datasetId = row.dataset_id === null ? null : datasets.get(row.dataset_id)
  if (datasetId === undefined || modelIds.some((id) => id === undefined))
    return 'a model or the dataset of it is not there any more'
  return {
    kind: row.kind,
    params,
    models: modelIds.filter((id) => id !== undefined),
    datasetId,
    images: digestOf(chosenImages(db, row.id)),
    preprocessings: parsed(row.preprocessings),
  }
}

/** The chosen images of a study there, by their ids here, ascending. */
const chosenImages = (db: Db, study: number): number[] =>
  db
    .prepare<[number], number>(
      'SELECT m.here FROM other.study_image s JOIN merged_image m ON m.there = s.image_id WHERE s.study_id = ? ORDER BY m.here',
    )
    .pluck()
    .all(study)

/** Parameters with the ids of here. */
function mappedParams(
  db: Db,
  { kind, params }: Row,
  maps: Record<'model' | 'dataset', MergedIds>,
): Record<string, unknown> | string {
  const definition = studyDefinitions.find(({ id }) => id === kind)
  if (!definition) return `there is no kind of study named ${kind}`
  const own = paramsSchema.parse(JSON.parse(params))
  const named = idsIn(definition, own)
  const hereOf = db.prepare<[number], number>('SELECT here FROM merged_image WHERE there = ?').pluck()
  const image = new Map<number, number>()
  for (const id of named.image) {
    const here = hereOf.get(id)
    if (here !== undefined) image.set(id, here)
  }
  const all = { ...maps, image }
  for (const what of ['model', 'dataset', 'image'] as const)
    if (named[what].some((id) => !all[what].has(id)))
      return `its parameters name ${what === 'image' ? 'an' : 'a'} ${what} that is not there any more`
  return renumberedIds(definition, own, all)
}

function insert(db: Db, row: Row, { params, models, datasetId }: Identity, maps: StudyReferences): number {
  const copied = columnsToCopy(db, 'study').filter(
    (name) => !['params', 'dataset_id', 'subset'].includes(name),
  )
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO main.study (params, dataset_id, subset, ${copied.join(', ')})
       SELECT ?, ?, ?, ${copied.join(', ')} FROM other.study WHERE id = ?`,
    )
    .run(JSON.stringify(params), datasetId, subsetOf(db, row, maps), row.id)
  const id = Number(lastInsertRowid)
  const ofModel = db.prepare('INSERT INTO main.study_model (study_id, position, model_id) VALUES (?, ?, ?)')
  for (const [position, modelId] of models.entries()) ofModel.run(id, position, modelId)
  const ofImage = db.prepare('INSERT INTO main.study_image (study_id, image_id) VALUES (?, ?)')
  for (const imageId of chosenImages(db, row.id)) ofImage.run(id, imageId)
  copyJob(db, row.id, id, datasetId)
  return id
}

/** The record of the subset that a study is over, with its id and key of here. */
function subsetOf(db: Db, { id, subset }: Row, { subsets }: StudyReferences): string | null {
  if (subset === null) return null
  const record = studySubset.parse(JSON.parse(subset))
  const key = createHash('sha256')
    .update(new Uint8Array(Uint32Array.from(chosenImages(db, id)).buffer))
    .digest('hex')
  return JSON.stringify({ ...record, id: subsets.get(record.id) ?? noSubset, key })
}

/** Copies the last job of a study, where it has ended, so that the study is not called "Not run". */
function copyJob(db: Db, there: number, here: number, datasetId: number | null): void {
  const copied = columnsToCopy(db, 'job').filter(
    (name) => !['study_id', 'dataset_id', 'model_id', 'position'].includes(name),
  )
  db.prepare(
    `INSERT INTO main.job (study_id, dataset_id, position, ${copied.join(', ')})
     SELECT ?, iif(dataset_id IS NULL, NULL, ?), 0, ${copied.join(', ')} FROM
       (SELECT * FROM other.job WHERE study_id = ? ORDER BY id DESC LIMIT 1) WHERE state IN ('done', 'failed', 'cancelled')`,
  ).run(here, datasetId, there)
}
