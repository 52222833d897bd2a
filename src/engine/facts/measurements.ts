import { errorShape } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { Db } from '../workspace/index.ts'
import { cleanCondition, internCondition, unchanged } from './conditions.ts'
import { currentVariants } from './currentVariants.ts'
import { internVariant, variantKey, type KeyedModel } from './variants.ts'

/** What a model's inner values, or anything else that is no prediction, are kept under. */
export interface MeasurementKey {
  model: KeyedModel
  provider: Parameters<typeof variantKey>[1]
  rewrite: Rewrite
}

/** Keeps bytes of one image where none are kept yet, or why there are none. */
export function measurementStore(db: Db, { model, provider, rewrite }: MeasurementKey) {
  const variantId = internVariant(db, variantKey(model, provider, rewrite)).id
  const conditionId = internCondition(db, unchanged)
  const insert = db.prepare(
    'INSERT OR IGNORE INTO measurement (variant_id, condition_id, subject_id, value) VALUES (?, ?, ?, ?)',
  )
  const forgive = db.prepare(
    'DELETE FROM failure WHERE variant_id = ? AND condition_id = ? AND subject_id = ?',
  )
  const insertFailure = db.prepare(
    'INSERT OR REPLACE INTO failure (variant_id, condition_id, subject_id, problem) VALUES (?, ?, ?, ?)',
  )
  const keep = (subjectId: number, bytes: Uint8Array) => {
    insert.run(variantId, conditionId, subjectId, Buffer.from(bytes))
    forgive.run(variantId, conditionId, subjectId)
  }
  return {
    keep,
    keepVector(subjectId: number, vector: ArrayLike<number>) {
      keep(subjectId, new Uint8Array(Float64Array.from(vector).buffer))
    },
    /** An image that cannot be measured is settled too; another run tries it again. */
    fail: (subjectId: number, problem: ErrorShape) =>
      void insertFailure.run(variantId, conditionId, subjectId, JSON.stringify(problem)),
  }
}

/** Part of a stored vector: `count` numbers from number `start` on. */
export interface VectorPart {
  start: number
  count: number
}

/** Subjects asked for in one query. */
const page = 1000

/** What is kept of images, from whichever runtime measured them last. */
export interface Measured {
  /** Bytes by subject, of those that have any. */
  bytes(subjectIds: readonly number[]): Map<number, Buffer>
  /** Vectors of float64 by subject, or a part of each. */
  vectors(subjectIds: readonly number[], part?: VectorPart): Map<number, Float64Array>
  /** Subjects that have something. */
  known(subjectIds: readonly number[]): Set<number>
  /** Why subjects could not be measured. */
  problems(subjectIds: readonly number[]): Map<number, ErrorShape>
}

/** Reads only what is asked for, so that the images of a study can be taken a chunk at a time. */
export function measured(db: Db, model: KeyedModel, rewrite: Rewrite): Measured {
  const variantId = currentVariants(db, model)(rewrite)?.id ?? null
  const among = 'variant_id = ? AND condition_id = ? AND subject_id IN (SELECT value FROM json_each(?))'
  function read<T>(columns: string, table: string, subjectIds: readonly number[], parts: number[] = []): T[] {
    const conditionId = cleanCondition(db)
    if (variantId === null || conditionId === null) return []
    const select = db.prepare<(number | string)[], T>(`SELECT ${columns} FROM ${table} WHERE ${among}`)
    const rows: T[] = []
    for (let at = 0; at < subjectIds.length; at += page)
      rows.push(
        ...select.all(...parts, variantId, conditionId, JSON.stringify(subjectIds.slice(at, at + page))),
      )
    return rows
  }
  const bytes = (subjectIds: readonly number[], part?: VectorPart) =>
    new Map(
      read<{ subject: number; value: Buffer }>(
        part ? 'subject_id AS subject, substr(value, ?, ?) AS value' : 'subject_id AS subject, value',
        'measurement',
        subjectIds,
        part ? [8 * part.start + 1, 8 * part.count] : [],
      ).map(({ subject, value }) => [subject, value]),
    )
  return {
    bytes: (subjectIds) => bytes(subjectIds),
    vectors: (subjectIds, part) =>
      new Map([...bytes(subjectIds, part)].map(([subject, value]) => [subject, floats(value)])),
    known: (subjectIds) =>
      new Set(
        read<{ subject: number }>('subject_id AS subject', 'measurement', subjectIds).map(
          ({ subject }) => subject,
        ),
      ),
    problems: (subjectIds) =>
      new Map(
        read<{ subject: number; problem: string }>(
          'subject_id AS subject, problem',
          'failure',
          subjectIds,
        ).map(({ subject, problem }) => [subject, errorShape.parse(JSON.parse(problem))]),
      ),
  }
}

/** A copy, so that the numbers begin where float64 may. */
const floats = ({ buffer, byteOffset, length }: Buffer) =>
  new Float64Array(buffer.slice(byteOffset, byteOffset + length))

interface Subject {
  subjectId: number
}

export const subjectsOf = (images: readonly Subject[]): number[] => images.map(({ subjectId }) => subjectId)

/** Whether every image was measured or could not be. */
export function isSettled(found: Measured, images: readonly Subject[]): boolean {
  const subjects = subjectsOf(images)
  const known = found.known(subjects)
  const left = subjects.filter((subject) => !known.has(subject))
  const failed = found.problems(left)
  return left.every((subject) => failed.has(subject))
}

/** One sentence for each kind of problem; empty where there is none. */
export function problemNotes(title: string, total: number, problems: Iterable<ErrorShape>): string[] {
  return [...Map.groupBy(problems, ({ code }) => code).values()].map((same) => {
    const [first] = same
    return `${title}: ${same.length} of ${total} images left out, ${same.length > 1 ? 'e.g. ' : ''}${first?.message ?? 'unknown'}.`
  })
}
