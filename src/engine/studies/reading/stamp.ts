import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { noRewrite } from '#shared/rewrites.ts'
import {
  cellsState,
  currentVariants,
  otherFactsState,
  settingOf,
  variantsState,
  type FactsOf,
} from '../../facts/index.ts'
import { statOf } from '../../base/statOf.ts'
import { getDataset, stateOfBeside } from '../../datasets/index.ts'
import { latestJobOfStudy } from '../../jobs/index.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy, type PlannedModel } from '../store/plan.ts'
import { stoppedOf } from '../store/stopped.ts'
import type { ReadingTask } from './protocol.ts'

/**
 * Names the state of everything that the answer to a task rests on. Equal stamps mean equal answers. null for tasks whose
 * answers are not kept.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export function stampOf(db: Db, task: ReadingTask): string | null {
  switch (task.kind) {
    case 'prepare':
    case 'ahead':
    case 'rows':
    case 'cellImages':
    case 'image':
    case 'images':
      return null
    case 'result':
    case 'summary':
      return stampOfStudy(db, task.id)
    case 'paper':
    case 'ranking':
      return stamp([studyRows(db), shared(db), variantsState(db, digests(db))])
    case 'cost':
    case 'suite':
    case 'questions':
      return stamp([
        studyRows(db),
        shared(db),
        variantsState(db, digests(db)),
        all(db, 'SELECT variant_id, plan, seconds_to_open, seconds_per_image FROM session_time'),
        all(db, 'SELECT study_id, state FROM job WHERE study_id IS NOT NULL ORDER BY id'),
      ])
  }
}

/**
 * Names the state of everything that the result of a study rests on, but for the code.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export function stampOfStudy(db: Db, id: number): string {
  const job = latestJobOfStudy(db, id)
  return stamp([studyRows(db, id), shared(db), ...planState(db, id), stoppedOf({ job }), job?.state ?? null])
}

const stamp = (state: unknown): string => createHash('sha256').update(JSON.stringify(state)).digest('hex')

const all = (db: Db, sql: string): unknown[] => db.prepare<[], unknown[]>(sql).raw().all()

const digests = (db: Db): string[] => db.prepare<[], string>('SELECT digest FROM model').pluck().all()

/** The files of a folder, by name: masks that were made may change without a fact. */
const filesState = (folder: string): unknown[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => [name, fileState(join(folder, name))])
    : []

/** All studies with their models, or one of them: no result rests on another study. */
function studyRows(db: Db, id: number | null = null): unknown[] {
  const rows = (sql: string) => db.prepare<[number | null, number | null], unknown[]>(sql).raw().all(id, id)
  return [
    rows(
      'SELECT id, kind, title, params, dataset_id, sample, subset, preprocessings, created_at, removal_id FROM study WHERE ? IS NULL OR id = ? ORDER BY id',
    ),
    rows(
      'SELECT study_id, model_id FROM study_model WHERE ? IS NULL OR study_id = ? ORDER BY study_id, position',
    ),
  ]
}

/** Models with their files, masks, datasets with the versions of their images, and the packs of facts that were added. */
const shared = (db: Db): unknown[] => [
  all(
    db,
    'SELECT id, digest, title, role, path, preprocessing, origin, label_set, labels, removal_id FROM model ORDER BY id',
  ),
  db.prepare<[], string>('SELECT path FROM model ORDER BY id').pluck().all().map(fileState),
  filesState(join(dirname(db.name), 'draws')),
  all(db, 'SELECT id, title, path, recognised, state, generation, removal_id FROM dataset ORDER BY id'),
  all(db, 'SELECT dataset_id, version FROM image_version ORDER BY dataset_id'),
  otherFactsState(db),
  all(db, "SELECT key, value FROM setting WHERE key LIKE 'packs %' ORDER BY key"),
]

function fileState(path: string): unknown {
  const { size, mtimeMs } = statOf(path) ?? {}
  return [size ?? null, mtimeMs ?? null]
}

/** The facts of all cells of a study, and the files beside its dataset that its view reads. */
function planState(db: Db, studyId: number): unknown[] {
  const { study, definition, models } = planStudy(db, studyId)
  const files = definition.beside?.(study.params) ?? []
  const beside =
    files.length > 0 && study.datasetId !== null
      ? stateOfBeside(getDataset(db, study.datasetId).path, files)
      : null
  return [cellsState(db, cellsOf(db, models)), beside]
}

function cellsOf(db: Db, models: readonly PlannedModel[]): FactsOf[] {
  return models.flatMap(({ model, conditions }) => {
    const find = currentVariants(db, model)
    return conditions.flatMap((stored) => {
      const variantId = find(stored.condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null
      return stored.parts.map(({ conditionId }) => ({ variantId, conditionId }))
    })
  })
}
