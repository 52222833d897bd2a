import { errorShape } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { rowDigest, storedJson, type Db } from '../workspace/index.ts'
import { cleanCondition, internCondition, unchanged } from './conditions.ts'
import { currentVariants } from './currentVariants.ts'
import { internMeasured, variantKey, type KeyedModel } from './variants.ts'

/** Key of measurements: values of a model that are no predictions. */
export interface MeasurementKey {
  model: KeyedModel
  provider: Parameters<typeof variantKey>[1]
  rewrite: Rewrite
}

/** Stores a measurement of an image where none is stored yet, or the reason why it could not be measured. */
export function measurementStore(db: Db, { model, provider, rewrite }: MeasurementKey) {
  const variantId = internMeasured(db, variantKey(model, provider, rewrite))
  const conditionId = internCondition(db, unchanged)
  const insert = db.prepare(
    'INSERT OR IGNORE INTO measurement (variant_id, condition_id, example_id, value, digest_of_row) VALUES (?, ?, ?, ?, ?)',
  )
  const forgive = db.prepare(
    'DELETE FROM failure WHERE variant_id = ? AND condition_id = ? AND example_id = ?',
  )
  const insertFailure = db.prepare(
    'INSERT OR REPLACE INTO failure (variant_id, condition_id, example_id, problem) VALUES (?, ?, ?, ?)',
  )
  const keep = (exampleId: number, bytes: Uint8Array) => {
    const value = Buffer.from(bytes)
    insert.run(
      variantId,
      conditionId,
      exampleId,
      value,
      rowDigest([variantId, conditionId, exampleId, value]),
    )
    forgive.run(variantId, conditionId, exampleId)
  }
  return {
    keep,
    /** Stores a vector as float64, little-endian. */
    keepVector(exampleId: number, vector: ArrayLike<number>) {
      keep(exampleId, new Uint8Array(Float64Array.from(vector).buffer))
    },
    /** Stores why an image could not be measured. Another run tries it again. */
    fail: (exampleId: number, problem: ErrorShape) =>
      void insertFailure.run(variantId, conditionId, exampleId, JSON.stringify(problem)),
  }
}

/** Part of a stored vector: `count` numbers from index `start`. */
export interface VectorPart {
  start: number
  count: number
}

/** Examples read in one query. */
const page = 1000

/** Reads stored measurements of examples, from the runtime that was used last. */
export interface Measured {
  /** Bytes by example; examples without a measurement are left out. */
  bytes(exampleIds: readonly number[]): Map<number, Buffer>
  /** Vectors of float64 by example, whole or in part. */
  vectors(exampleIds: readonly number[], part?: VectorPart): Map<number, Float64Array>
  /** Examples that have a measurement. */
  known(exampleIds: readonly number[]): Set<number>
  /** Why examples could not be measured. */
  problems(exampleIds: readonly number[]): Map<number, ErrorShape>
}

/** Opens the measurements of a model's current setup under a rewrite. Nothing is read before it is asked for. */
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
        ).map(({ example, problem }) => [
          example,
          storedJson(errorShape, problem, `the failure of example ${example}`),
        ]),
      ),
  }
}

/** Copies the bytes, so that the numbers are aligned for float64. */
const floats = ({ buffer, byteOffset, length }: Buffer) =>
  new Float64Array(buffer.slice(byteOffset, byteOffset + length))

/** Whether a variant has a measurement of any of the examples. */
export function isMeasured(db: Db, variantId: number, exampleIds: readonly number[]): boolean {
  const conditionId = cleanCondition(db)
  if (conditionId === null) return false
  return (
    db
      .prepare<[number, number, string]>(
        'SELECT 1 FROM measurement WHERE variant_id = ? AND condition_id = ? AND example_id IN (SELECT value FROM json_each(?)) LIMIT 1',
      )
      .get(variantId, conditionId, JSON.stringify(exampleIds)) !== undefined
  )
}

interface Example {
  exampleId: number
}

/** Lists the example ids of images. */
export const examplesOf = (images: readonly Example[]): number[] => images.map(({ exampleId }) => exampleId)

/** Values of images: those that were measured, those that could not be, all. */
export interface Stored {
  measured: number
  failed: number
  of: number
}

/** Counts the measurements of a database that are not as they were stored. */
export const damagedMeasurements = (db: Db): number =>
  Number(
    db
      .prepare(
        'SELECT count(*) FROM measurement WHERE digest_of_row <> row_digest(variant_id, condition_id, example_id, value)',
      )
      .pluck()
      .get(),
  )

/** Counts the images that have a measurement, and those that have a failure instead. */
export function storedOf(found: Measured, images: readonly Example[]): Stored {
  const examples = examplesOf(images)
  const known = found.known(examples)
  const left = examples.filter((example) => !known.has(example))
  return { measured: known.size, failed: found.problems(left).size, of: examples.length }
}

/** Adds up what is stored. */
export const storedSum = (parts: readonly Stored[]): Stored =>
  parts.reduce(
    (sum, { measured, failed, of }) => ({
      measured: sum.measured + measured,
      failed: sum.failed + failed,
      of: sum.of + of,
    }),
    { measured: 0, failed: 0, of: 0 },
  )

/** Writes one sentence for each kind of problem; none where there are no problems. */
export function problemNotes(title: string, total: number, problems: Iterable<ErrorShape>): string[] {
  return [...Map.groupBy(problems, ({ code }) => code).values()].map((same) => {
    const [first] = same
    return `${title}: ${same.length} of ${total} images left out, ${same.length > 1 ? 'e.g. ' : ''}${first?.message ?? 'unknown'}.`
  })
}
