import { z } from 'zod'
import { studySubset, type Study, type StudyInput } from '#shared/contract/index.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { latestJobOfStudy } from '../../jobs/index.ts'
import { getModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { storeFrozen, type FrozenSubset } from './subset.ts'
import { storeSelection } from './selection.ts'
import type { ImageSource } from '../../facts/index.ts'
import type { StudyDefinition } from '../definition/index.ts'

interface StudyRow {
  id: number
  kind: string
  title: string
  params: string
  dataset_id: number
  sample: string | null
  subset: string | null
  created_at: number
}

const sampleSchema = z.object({ perClass: z.int().positive(), seed: z.int() })
const paramsSchema = z.record(z.string(), z.unknown())

function fromRow(db: Db, row: StudyRow): Study {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    params: paramsSchema.parse(JSON.parse(row.params)),
    modelIds: db
      .prepare<[number], number>('SELECT model_id FROM study_model WHERE study_id = ? ORDER BY position')
      .pluck()
      .all(row.id),
    datasetId: row.dataset_id,
    sample: row.sample === null ? null : sampleSchema.parse(JSON.parse(row.sample)),
    subset: row.subset === null ? null : studySubset.parse(JSON.parse(row.subset)),
    createdAt: row.created_at,
    job: latestJobOfStudy(db, row.id),
  }
}

export function getStudy(db: Db, id: number): Study {
  const row = db.prepare<[number], StudyRow>('SELECT * FROM study WHERE id = ?').get(id)
  if (!row) throw new KernelscopeError('STUDY_NOT_FOUND', `no study with id ${id}`)
  return fromRow(db, row)
}

/** Newest first. */
export function listStudies(db: Db): Study[] {
  return db
    .prepare<[], StudyRow>('SELECT * FROM study ORDER BY id DESC')
    .all()
    .map((row) => fromRow(db, row))
}

/** Parameters with their defaults; throws STUDY_PARAMS that names the parameter at fault. */
export function parseParams(
  definition: StudyDefinition,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const parsed = definition.params.strict().safeParse(params)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.') || 'params'
  throw new KernelscopeError('STUDY_PARAMS', `invalid ${name}: ${issue?.message ?? 'unknown'}`, {
    details: z.prettifyError(parsed.error),
  })
}

/** A study that may be looked up and stored: its parameters have their defaults and are settled. */
export interface SettledStudy extends StudyInput {
  settled: true
}

/** Settles parameters where they depend on the workspace or on files. What is looked up and stored must be so before, in one step. */
export async function settledStudy(db: Db, input: StudyInput, signal?: AbortSignal): Promise<SettledStudy> {
  const definition = studyDefinition(input.kind)
  const parsed = parseParams(definition, input.params)
  const dataset = getDataset(db, input.datasetId)
  const params = (await definition.settle?.(parsed, { db, dataset, signal })) ?? parsed
  return { ...input, params, settled: true }
}

/** `subset`: the images of `input.subsetId` as they are now. Throws MODEL_NOT_FOUND, DATASET_NOT_FOUND. */
export function insertStudy(db: Db, input: SettledStudy, subset: FrozenSubset | null = null): Study {
  const definition = studyDefinition(input.kind)
  const { params } = input
  const id = db.transaction(() => {
    getDataset(db, input.datasetId)
    const { lastInsertRowid } = db
      .prepare(
        'INSERT INTO study (kind, title, params, dataset_id, sample, subset, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        input.kind,
        input.title ?? definition.title,
        JSON.stringify(params),
        input.datasetId,
        input.sample ? JSON.stringify(input.sample) : null,
        subset ? JSON.stringify(subset.record) : null,
        Date.now(),
      )
    const studyId = Number(lastInsertRowid)
    setStudyModels(db, studyId, input.modelIds)
    const others = definition.otherDatasets?.(params) ?? []
    if (input.sample) {
      const { perClass, seed } = input.sample
      for (const datasetId of new Set([input.datasetId, ...others])) {
        const among = subset && datasetId === input.datasetId ? new Set(subset.imageIds) : null
        storeSelection(db, studyId, datasetId, perClass, seed, among)
      }
    } else if (subset) storeFrozen(db, studyId, subset, input.datasetId, others)
    return studyId
  })()
  return getStudy(db, id)
}

/**
 * The stored study of the same kind, models, parameters and, where given, title, of the same images (`size` any: of the
 * same dataset, however many of its images were drawn); of several the newest.
 */
export function findStudy(
  db: Db,
  input: SettledStudy,
  subset: FrozenSubset | null = null,
  size: 'same' | 'any' = 'same',
): Study | null {
  const identity = (
    { kind, params, modelIds, datasetId, sample }: Study | StudyInput,
    images: string | null,
  ) => {
    const drawn = size === 'any' ? null : (sample ?? null)
    return canonicalJson({ kind, params, modelIds, datasetId, sample: drawn, images })
  }
  const wanted = identity(input, subset?.record.key ?? null)
  const named = (study: Study) => input.title === undefined || input.title === study.title
  return (
    listStudies(db).find((study) => named(study) && identity(study, study.subset?.key ?? null) === wanted) ??
    null
  )
}

/** Throws MODEL_NOT_FOUND. */
export function setStudyModels(db: Db, id: number, modelIds: number[]): void {
  const insert = db.prepare('INSERT INTO study_model (study_id, position, model_id) VALUES (?, ?, ?)')
  db.transaction(() => {
    db.prepare('DELETE FROM study_model WHERE study_id = ?').run(id)
    for (const [position, modelId] of [...new Set(modelIds)].entries()) {
      getModel(db, modelId)
      insert.run(id, position, modelId)
    }
  })()
}

export function renameStudy(db: Db, id: number, title: string): Study {
  getStudy(db, id)
  db.prepare('UPDATE study SET title = ? WHERE id = ?').run(title, id)
  return getStudy(db, id)
}

/** Takes the study away. The facts it rests on stay, so running it again costs nothing. */
export function removeStudy(db: Db, id: number): void {
  getStudy(db, id)
  db.prepare('DELETE FROM study WHERE id = ?').run(id)
}

export const sourceOf = ({ id, datasetId, sample, subset }: Study): ImageSource => ({
  datasetId,
  selectedFor: sample === null && !subset ? null : id,
})
