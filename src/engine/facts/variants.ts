import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '#shared/canonical.ts'
import { allOutputs, type Readout } from '#shared/readouts.ts'
import { outputsInKey, type Outputs } from '#shared/outputScale.ts'
import { noRewrite, readsNoLabels, type Rewrite } from '#shared/rewrites.ts'
import { onnxruntimeVersion } from '../base/onnxruntimeVersion.ts'
import type { ProviderName } from '../inference/index.ts'
import { storedJson, type Db } from '../workspace/index.ts'
import type { ModelPrecision, Preprocessing } from '#shared/contract/index.ts'

/** What decides a model's predictions besides the rewrite of its graph. */
export interface KeyedModel {
  /** sha256 of the model file, hex. */
  digest: string
  preprocessing: Preprocessing
  labels: readonly string[]
  inspection?: Outputs & { precision?: ModelPrecision | undefined }
}

/** Everything that decides a prediction besides transform and image. Part of the key of every fact. */
export interface VariantKey {
  model: string
  preprocessing: Preprocessing
  /** sha256 of the label list (hex), which decides the index of the true class. */
  labels: string
  rewrite: Rewrite
  /** `outputs` is there where it is not the last operator that tells whether they are probabilities. */
  readout: Readout & { outputs?: 'logits' | 'probabilities' }
  runtime: { provider: ProviderName; precision: ModelPrecision; onnxruntime: string }
}

/** What a condition replaces of a model's setup. By default, the model's preprocessing and all outputs are used. */
export interface Setting {
  preprocessing?: Preprocessing
  readout?: Readout
}

/** What is read of a key. Keys are compared as text, so that nothing of them is dropped. */
const keySchema = z.custom<VariantKey>(
  (key) =>
    z
      .object({
        model: z.string(),
        labels: z.string(),
        preprocessing: z.object({ size: z.array(z.number()) }),
        rewrite: z.object({ op: z.string() }),
        runtime: z.object({ provider: z.string() }),
      })
      .safeParse(key).success,
  'no key of a variant',
)

/**
 * Reads the key of a stored variant.
 *
 * @throws WORKSPACE_CORRUPT where its row is damaged
 */
export const keyOf = (id: number, text: string): VariantKey => storedJson(keySchema, text, `variant ${id}`)

/** A stored variant, with the batch size and the speed of its last run. */
export interface Variant {
  id: number
  key: VariantKey
  batch: number | null
  secondsPerImage: number | null
}

/** Makes the key of a variant. */
export function variantKey(
  model: KeyedModel,
  provider: ProviderName,
  rewrite: Rewrite = noRewrite,
  { preprocessing = model.preprocessing, readout = allOutputs }: Setting = {},
): VariantKey {
  return {
    model: model.digest,
    preprocessing,
    labels: createHash('sha256').update(model.labels.join('\n')).digest('hex'),
    rewrite,
    readout: { ...readout, ...outputsInKey(model.inspection ?? {}) },
    runtime: { provider, precision: precisionUnder(model, rewrite), onnxruntime: onnxruntimeVersion },
  }
}

/**
 * Precision of the graph that is run under a rewrite: that of the file, but float32 where a float16 graph is changed. An inspection
 * of an earlier version does not say it; the facts of such a model stay under float32.
 */
export function precisionUnder(
  { inspection }: Pick<KeyedModel, 'inspection'>,
  rewrite: Rewrite,
): ModelPrecision {
  const { precision = 'float32' } = inspection ?? {}
  return precision === 'float16' && rewrite.op !== 'none' ? 'float32' : precision
}

interface VariantRow {
  id: number
  batch: number | null
  seconds_per_image: number | null
}

/** Finds the variant of a key, stores it where it is new, and marks it as the one used last. */
export function internVariant(db: Db, key: VariantKey): Variant {
  const row = db
    .prepare<[string, string, number], VariantRow>(
      `INSERT INTO variant (model_digest, key, used_at) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET used_at = excluded.used_at RETURNING id, batch, seconds_per_image`,
    )
    .get(key.model, canonicalJson(key), Date.now())
  if (!row) throw new Error('variant was not stored')
  return { id: row.id, key, batch: row.batch, secondsPerImage: row.seconds_per_image }
}

/**
 * As `internVariant`; but of measurements that no labels change, it finds the variant used last under any labels, so that they
 * are not made again when the model gets others.
 */
export function internMeasured(db: Db, key: VariantKey): number {
  const same = readsNoLabels(key.rewrite) ? textWithoutLabels(key) : null
  const known =
    same === null
      ? undefined
      : storedVariants(db, key.model).findLast((one) => textWithoutLabels(one.key) === same)
  if (!known) return internVariant(db, key).id
  markUsed(db, known.id)
  return known.id
}

const textWithoutLabels = ({ labels: _, ...key }: VariantKey): string => canonicalJson(key)

/** The variants of a model file, the one used last at the end. */
export const storedVariants = (db: Db, digest: string) =>
  db
    .prepare<[string], { id: number; key: string; seconds_per_image: number | null }>(
      'SELECT id, key, seconds_per_image FROM variant WHERE model_digest = ? ORDER BY used_at, id',
    )
    .all(digest)
    .map((row) => ({ id: row.id, key: keyOf(row.id, row.key), secondsPerImage: row.seconds_per_image }))

/** Finds the id of a key's variant; null where it is not stored. Writes nothing. */
export const findVariant = (db: Db, key: VariantKey): number | null =>
  db.prepare<[string], number>('SELECT id FROM variant WHERE key = ?').pluck().get(canonicalJson(key)) ?? null

/**
 * Finds the variant of a key, where it is not stored as one that was never used: times are kept with it, and the facts that are
 * shown stay those of the runtime used last.
 */
export function timedVariant(db: Db, key: VariantKey): Pick<Variant, 'id' | 'secondsPerImage'> {
  db.prepare(
    'INSERT INTO variant (model_digest, key, used_at) VALUES (?, ?, 0) ON CONFLICT (key) DO NOTHING',
  ).run(key.model, canonicalJson(key))
  const row = db
    .prepare<[string], Pick<VariantRow, 'id' | 'seconds_per_image'>>(
      'SELECT id, seconds_per_image FROM variant WHERE key = ?',
    )
    .get(canonicalJson(key))
  if (!row) throw new Error('variant was not stored')
  return { id: row.id, secondsPerImage: row.seconds_per_image }
}

/** Marks a variant as the one used last. Of several runtimes, the facts of the one used last are shown. */
export function markUsed(db: Db, id: number): void {
  db.prepare('UPDATE variant SET used_at = ? WHERE id = ?').run(Date.now(), id)
}

/** Returns the key of a stored variant; null where it does not exist. */
export function keyOfVariant(db: Db, id: number): VariantKey | null {
  const text = db.prepare<[number], string>('SELECT key FROM variant WHERE id = ?').pluck().get(id)
  return text === undefined ? null : keyOf(id, text)
}

/** Stores the batch size and the speed of a variant. A resumed run uses the same batch size, so the same shapes. */
export function setVariantBatch(db: Db, id: number, batch: number, secondsPerImage: number): void {
  db.prepare('UPDATE variant SET batch = ?, seconds_per_image = ? WHERE id = ?').run(
    batch,
    secondsPerImage,
    id,
  )
}
