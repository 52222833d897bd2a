import { z } from 'zod'
import {
  inspection,
  labelSource,
  model as modelSchema,
  modelRole,
  preprocessing,
  preprocessingOrigin,
  selfCheck,
  type Inspection,
  type Model,
  type ModelRole,
  type Preprocessing,
  type PreprocessingOrigin,
  type SelfCheck,
} from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { statOf } from '../base/statOf.ts'
import { classifierInterface, onGraphThread } from '../onnx/index.ts'
import {
  disposableJson,
  present,
  remove,
  soundRows,
  storedJson,
  storedValue,
  type Db,
  type OnDamaged,
} from '../workspace/index.ts'
import { checkSize } from './file.ts'
import { fileOfModel, type IntendedFile } from './intendedFile.ts'
import { sourceOf, type LabelList } from './labelList.ts'

interface ModelRow {
  id: number
  digest: string
  title: string
  path: string
  bytes: number
  mtime: number
  inspection: string
  preprocessing: string
  label_set: string
  /** NULL in rows of before, whose source follows from the name of the list. */
  label_source: string | null
  labels: string
  note: string
  role: string
  self_check: string | null
  origin: string | null
  added_at: number
}

/** A model of the workspace with all its stored data. */
export interface StoredModel extends Model {
  labels: string[]
  inspection: Inspection
}

const labelList = z.array(z.string())

/** The origin of a preprocessing that an earlier version stored. */
export const unrecorded: PreprocessingOrigin = { from: 'unrecorded', detail: null, confirmed: null }

function fromRow(row: ModelRow): StoredModel {
  const of = `model ${row.id}`
  const facts = storedJson(inspection, row.inspection, `the inspection of ${of}`)
  const labels = storedJson(labelList, row.labels, `the labels of ${of}`)
  const shown: Model = {
    id: row.id,
    title: row.title,
    role: storedValue(modelRole, row.role, `the role of ${of}`),
    path: row.path,
    digest: row.digest,
    bytes: row.bytes,
    family: facts.family,
    parameters: facts.parameters,
    macs: facts.macs,
    classes: classifierInterface(facts).classes,
    largestKernel: largestKernel(facts),
    preprocessing: storedJson(preprocessing, row.preprocessing, `the preprocessing of ${of}`),
    origin:
      row.origin === null ? unrecorded : storedJson(preprocessingOrigin, row.origin, `the origin of ${of}`),
    labelSet: row.label_set,
    labelSource:
      row.label_source === null
        ? sourceOf({ set: row.label_set })
        : storedValue(labelSource, row.label_source, `the labels of ${of}`),
    note: row.note,
    selfCheck: row.self_check === null ? null : disposableJson(selfCheck, row.self_check),
    problem: fileProblem(row),
    addedAt: row.added_at,
  }
  return { ...storedValue(modelSchema, shown, of), labels, inspection: facts }
}

export function storeSelfCheck(db: Db, id: number, found: SelfCheck): void {
  db.prepare('UPDATE model SET self_check = ? WHERE id = ?').run(JSON.stringify(found), id)
}

function largestKernel(facts: Inspection): number | null {
  const sides = facts.convolutions.filter(({ depthwise }) => depthwise).flatMap(({ kernel }) => kernel)
  return sides.length === 0 ? null : Math.max(...sides)
}

/** The problem of a model file that is missing, or that has changed by its modification time; null without a problem. */
function fileProblem(row: ModelRow): ErrorShape | null {
  const found = statOf(row.path)
  if (!found?.isFile())
    return new KernelscopeError('FILE_MISSING', `the model file is gone: ${row.path}`).toShape()
  if (Math.round(found.mtimeMs) !== row.mtime) {
    return new KernelscopeError(
      'FILE_CHANGED',
      `the model file has changed since it was added: ${row.path}`,
    ).toShape()
  }
  return null
}

/** Lists the models by title. Damaged rows are left out. */
export function listModels(db: Db, onDamaged?: OnDamaged): StoredModel[] {
  const rows = db
    .prepare<[], ModelRow>(`SELECT * FROM model WHERE ${present} ORDER BY title COLLATE NOCASE, id`)
    .all()
  return soundRows(rows, fromRow, onDamaged)
}

/** @throws MODEL_NOT_FOUND where there is no model with that id */
export function getModel(db: Db, id: number): StoredModel {
  const row = db.prepare<[number], ModelRow>(`SELECT * FROM model WHERE id = ? AND ${present}`).get(id)
  if (!row) throw new KernelscopeError('MODEL_NOT_FOUND', `no model with id ${id}`)
  return fromRow(row)
}

/**
 * The inspection of a stored model. Where an older version stored less than this one needs, the file is inspected again,
 * if it is still there.
 * @throws MODEL_NOT_FOUND where there is no model with that id
 */
export async function inspectionOf(db: Db, id: number): Promise<Inspection> {
  const model = getModel(db, id)
  const { inspection: stored, problem } = model
  const whole =
    stored.rewrites.length > 0 &&
    stored.blocks.every(({ units }) => units.length > 0) &&
    stored.layers.some(hasWeights)
  if (whole || problem) return stored
  const made = await onGraphThread({ kind: 'inspect', ...fileOfModel(model) })
  db.prepare('UPDATE model SET inspection = ? WHERE id = ?').run(JSON.stringify(made), id)
  return made
}

const hasWeights = ({ weights }: Inspection['layers'][number]) => weights.length > 0

/**
 * Gives a model for a computation. Whether its file is the one that was added is checked where it is read, by its digest
 * (`onGraphThread`).
 *
 * @throws MODEL_NOT_FOUND where there is no model with that id
 * @throws FILE_MISSING where its file is missing
 */
export function usableModel(db: Db, id: number): StoredModel {
  const model = getModel(db, id)
  if (model.problem?.code === 'FILE_MISSING') {
    const { code, message, hint } = model.problem
    throw new KernelscopeError(code, message, { hint })
  }
  return model
}

/**
 * The file of a model, with the digest that it must have where it is read.
 *
 * @throws MODEL_NOT_FOUND, FILE_MISSING as `usableModel`
 */
export const fileOf = (db: Db, id: number): IntendedFile => fileOfModel(usableModel(db, id))

const setByUser: PreprocessingOrigin = { from: 'user', detail: null, confirmed: null }

export interface ModelChange {
  title?: string | undefined
  note?: string | undefined
  role?: ModelRole | undefined
  preprocessing?: Preprocessing | undefined
  /** Where the preprocessing comes from; set by the user where it is left out. */
  origin?: PreprocessingOrigin | undefined
  labels?: LabelList | undefined
}

/**
 * Changes the stored properties of a model.
 *
 * @throws MODEL_UNSUPPORTED where the graph fixes an input size other than that of the preprocessing
 * @throws MODEL_NOT_FOUND where there is no model with that id
 * @throws STUDY_LABELS where the number of labels is not the number of classes
 */
export function updateModel(db: Db, id: number, change: ModelChange): StoredModel {
  const model = getModel(db, id)
  const preprocessing = change.preprocessing ?? model.preprocessing
  checkSize(preprocessing, classifierInterface(model.inspection), model.path)
  if (change.labels && change.labels.names.length !== model.classes) {
    throw new KernelscopeError(
      'STUDY_LABELS',
      `${change.labels.names.length} labels for the ${model.classes} outputs of ${model.title}`,
      { hint: 'Give one label for each output, in their order.' },
    )
  }
  db.prepare(
    'UPDATE model SET title = ?, note = ?, role = ?, preprocessing = ?, origin = ?, label_set = ?, label_source = ?, labels = ? WHERE id = ?',
  ).run(
    change.title ?? model.title,
    change.note ?? model.note,
    change.role ?? model.role,
    JSON.stringify(preprocessing),
    JSON.stringify(change.origin ?? (change.preprocessing ? setByUser : model.origin)),
    change.labels?.set ?? model.labelSet,
    change.labels ? sourceOf(change.labels) : model.labelSource,
    JSON.stringify(change.labels?.names ?? model.labels),
    id,
  )
  return getModel(db, id)
}

/**
 * Removes a model from the workspace and its studies; file and facts stay. Returns the id of the removal.
 * @throws MODEL_NOT_FOUND where there is no model with that id
 */
export function removeModel(db: Db, id: number): number {
  getModel(db, id)
  return remove(db, 'model', id)
}
