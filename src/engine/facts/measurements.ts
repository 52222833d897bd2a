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
    'INSERT OR IGNORE INTO measurement (variant_id, condition_id, example_id, value) VALUES (?, ?, ?, ?)',
  )
  const forgive = db.prepare(
    'DELETE FROM failure WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
  )
  const insertFailure = db.prepare(
    'INSERT OR REPLACE INTO failure (variant_id, condition_id, example_id, problem) VALUES (?, ?, ?, ?)',
  )
  const keep = (exampleId: number, bytes: Uint8Array) => {
    insert.run(variantId, conditionId, exampleId, Buffer.from(bytes))
    forgive.run(variantId, conditionId, exampleId)
  }
  return {
    keep,
    keepVector(exampleId: number, vector: ArrayLike<number>) {
      keep(exampleId, new Uint8Array(Float64Array.from(vector).buffer))
    },
    /** An image that cannot be measured is settled too; another run tries it again. */
    fail: (exampleId: number, problem: ErrorShape) =>
      void insertFailure.run(variantId, conditionId, exampleId, JSON.stringify(problem)),
  }
}

/** Part of a stored vector: `count` numbers from number `start` on. */
export interface VectorPart {
  start: number
  count: number
}

/** Examples asked for in one query. */
const page = 1000

/** What is kept of images, from whichever runtime measured them last. */
export interface Measured {
  /** Bytes by example, of those that have any. */
  bytes(exampleIds: readonly number[]): Map<number, Buffer>
  /** Vectors of float64 by example, or a part of each. */
  vectors(exampleIds: readonly number[], part?: VectorPart): Map<number, Float64Array>
  /** Examples that have something. */
  known(exampleIds: readonly number[]): Set<number>
  /** Why examples could not be measured. */
  problems(exampleIds: readonly number[]): Map<number, ErrorShape>
}

/** Reads only what is asked for, so that the images of a study can be taken a chunk at a time. */
export function measured(db: Db, model: KeyedModel, rewrite: Rewrite): Measured {
  const variantId = currentVariants(db, model)(rewrite)?.id ?? null
  const among = 'variant_id = ? AND condition_id = ? AND example_id IN (SELECT value FROM json_each(?))'
  function read<T>(columns: string, table: string, exampleIds: readonly number[], parts: number[] = []): T[] {
    const conditionId = cleanCondition(db)
    if (variantId === null || conditionId === null) return []
    const select = db.prepare<(number | string)[], T>(`SELECT ${columns} FROM ${table} WHERE ${among}`)
    const rows: T[] = []
    for (let at = 0; at < exampleIds.length; at += page)
      rows.push(
        ...select.all(...parts, variantId, conditionId, JSON.stringify(exampleIds.slice(at, at + page))),
      )
    return rows
  }
  const bytes = (exampleIds: readonly number[], part?: VectorPart) =>
    new Map(
      read<{ example: number; value: Buffer }>(
        part ? 'example_id AS example, substr(value, ?, ?) AS value' : 'example_id AS example, value',
        'measurement',
        exampleIds,
        part ? [8 * part.start + 1, 8 * part.count] : [],
      ).map(({ example, value }) => [example, value]),
    )
  return {
    bytes: (exampleIds) => bytes(exampleIds),
    vectors: (exampleIds, part) =>
      new Map([...bytes(exampleIds, part)].map(([example, value]) => [example, floats(value)])),
    known: (exampleIds) =>
      new Set(
        read<{ example: number }>('example_id AS example', 'measurement', exampleIds).map(
          ({ example }) => example,
        ),
      ),
    problems: (exampleIds) =>
      new Map(
        read<{ example: number; problem: string }>(
          'example_id AS example, problem',
          'failure',
          exampleIds,
        ).map(({ example, problem }) => [example, errorShape.parse(JSON.parse(problem))]),
      ),
  }
}

/** A copy, so that the numbers begin where float64 may. */
const floats = ({ buffer, byteOffset, length }: Buffer) =>
  new Float64Array(buffer.slice(byteOffset, byteOffset + length))

interface Example {
  exampleId: number
}

export const examplesOf = (images: readonly Example[]): number[] => images.map(({ exampleId }) => exampleId)

/** Whether every image was measured or could not be. */
export function isSettled(found: Measured, images: readonly Example[]): boolean {
  const examples = examplesOf(images)
  const known = found.known(examples)
  const left = examples.filter((example) => !known.has(example))
  const failed = found.problems(left)
  return left.every((example) => failed.has(example))
}

/** One sentence for each kind of problem; empty where there is none. */
export function problemNotes(title: string, total: number, problems: Iterable<ErrorShape>): string[] {
  return [...Map.groupBy(problems, ({ code }) => code).values()].map((same) => {
    const [first] = same
    return `${title}: ${same.length} of ${total} images left out, ${same.length > 1 ? 'e.g. ' : ''}${first?.message ?? 'unknown'}.`
  })
}
