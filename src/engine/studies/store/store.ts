import { z } from 'zod'
import {
  sample as sampleSchema,
  study as studySchema,
  studyPreprocessings,
  studySubset,
  type Study,
  type StudyInput,
} from '#shared/contract/index.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { latestJobOfStudy } from '../../jobs/index.ts'
import { getModel } from '../../models/index.ts'
import {
  present,
  remove,
  soundRows,
  storedJson,
  storedValue,
  type Db,
  type OnDamaged,
} from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { type SettledStudy } from './settled.ts'
import { storeFrozen, type FrozenSubset } from './subset.ts'
import { storeSelection } from './selection.ts'
import { noImages, type ImageSource } from '../../facts/index.ts'

interface StudyRow {
  id: number
  kind: string
  title: string
  params: string
  dataset_id: number | null
  sample: string | null
  subset: string | null
  preprocessings: string | null
  created_at: number
}

const paramsSchema = z.record(z.string(), z.unknown())

function fromRow(db: Db, row: StudyRow): Study {
  const of = `study ${row.id}`
  return storedValue(
    studySchema,
    {
      id: row.id,
      kind: row.kind,
      title: row.title,
      params: storedJson(paramsSchema, row.params, `the parameters of ${of}`),
      modelIds: db
        .prepare<[number], number>(
          `SELECT o.model_id FROM study_model o JOIN model m ON m.id = o.model_id
         WHERE o.study_id = ? AND m.${present} ORDER BY o.position`,
        )
        .pluck()
        .all(row.id),
      datasetId: row.dataset_id,
      sample: row.sample === null ? null : storedJson(sampleSchema, row.sample, `the sample of ${of}`),
      subset: row.subset === null ? null : storedJson(studySubset, row.subset, `the subset of ${of}`),
      ...(row.preprocessings === null
        ? {}
        : {
            preprocessings: storedJson(
              studyPreprocessings,
              row.preprocessings,
              `the preprocessings of ${of}`,
            ),
          }),
      createdAt: row.created_at,
      job: latestJobOfStudy(db, row.id),
    },
    of,
  )
}

/**
 * Reads a study.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export function getStudy(db: Db, id: number): Study {
  const row = db.prepare<[number], StudyRow>(`SELECT * FROM study WHERE id = ? AND ${present}`).get(id)
  if (!row) throw new KernelscopeError('STUDY_NOT_FOUND', `no study with id ${id}`)
  return fromRow(db, row)
}

/** Lists the studies, the newest first. Those whose row, or the row of whose job, is damaged are left out. */
export function listStudies(db: Db, onDamaged?: OnDamaged): Study[] {
  const rows = db.prepare<[], StudyRow>(`SELECT * FROM study WHERE ${present} ORDER BY id DESC`).all()
  return soundRows(rows, (row) => fromRow(db, row), onDamaged)
}

/**
 * Stores a study.
 *
 * @param subset the images of `input.subsetId` as they are now
 * @throws MODEL_NOT_FOUND, DATASET_NOT_FOUND where the input names one that is not there
 */
export function insertStudy(db: Db, input: SettledStudy, subset: FrozenSubset | null = null): Study {
  const definition = studyDefinition(input.kind)
  const { params } = input
  const id = db.transaction(() => {
    if (input.datasetId !== null) getDataset(db, input.datasetId)
    const { lastInsertRowid } = db
      .prepare(
        'INSERT INTO study (kind, title, params, dataset_id, sample, subset, preprocessings, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        input.kind,
        input.title ?? definition.title,
        JSON.stringify(params),
        input.datasetId,
        input.sample ? JSON.stringify(input.sample) : null,
        subset ? JSON.stringify(subset.record) : null,
        input.preprocessings ? JSON.stringify(input.preprocessings) : null,
        Date.now(),
      )
    const studyId = Number(lastInsertRowid)
    setStudyModels(db, studyId, input.modelIds)
    if (input.datasetId !== null) storeImages(db, studyId, input, input.datasetId, subset)
    return studyId
  })()
  return getStudy(db, id)
}

/** Stores which images a study measures, where that is not all of its datasets. */
function storeImages(
  db: Db,
  studyId: number,
  { kind, params, sample }: SettledStudy,
  own: number,
  subset: FrozenSubset | null,
): void {
  const others = studyDefinition(kind).otherDatasets?.(params) ?? []
  if (sample)
    for (const datasetId of new Set([own, ...others])) {
      const among = subset && datasetId === own ? new Set(subset.imageIds) : null
      storeSelection(db, studyId, datasetId, sample, among)
    }
  else if (subset) storeFrozen(db, studyId, subset, own, others)
}

/**
 * Finds the newest study of the same kind, models, parameters and images, and of the same title where the
 * input has one; null without one. With `size` "any", the number of sampled images may differ. A parameter that is younger
 * than a stored study counts there with its default.
 */
export function findStudy(
  db: Db,
  input: SettledStudy,
  subset: FrozenSubset | null = null,
  size: 'same' | 'any' = 'same',
): Study | null {
  const identity = (
    { kind, params, modelIds, datasetId, sample, preprocessings }: Study | StudyInput,
    images: string | null,
  ) => {
    const sampled = size === 'any' ? null : (sample ?? null)
    return canonicalJson({ kind, params, modelIds, datasetId, sample: sampled, images, preprocessings })
  }
  const wanted = identity(input, subset?.record.key ?? null)
  const definition = studyDefinition(input.kind)
  const isWanted = (study: Study) => {
    const params = definition.params.safeParse(study.params).data ?? study.params
    return identity({ ...study, params }, study.subset?.key ?? null) === wanted
  }
  const alike = ({ kind, title }: Study) =>
    kind === input.kind && (input.title === undefined || input.title === title)
  return listStudies(db).find((study) => alike(study) && isWanted(study)) ?? null
}

/**
 * Sets the models of a study, in this order.
 *
 * @throws MODEL_NOT_FOUND where there is no such model
 */
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

/**
 * Renames a study.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export function renameStudy(db: Db, id: number, title: string): Study {
  getStudy(db, id)
  db.prepare('UPDATE study SET title = ? WHERE id = ?').run(title, id)
  return getStudy(db, id)
}

/**
 * Removes a study. Its facts stay, so running it again computes nothing.
 *
 * @returns id of the removal
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export function removeStudy(db: Db, id: number): number {
  getStudy(db, id)
  return remove(db, 'study', id)
}

export const sourceOf = ({ id, datasetId, sample, subset }: Study): ImageSource =>
  datasetId === null ? noImages : { datasetId, selectedFor: sample === null && !subset ? null : id }
