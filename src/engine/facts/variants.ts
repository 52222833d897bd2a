import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import { allOutputs, type Readout } from '#shared/readouts.ts'
import { noRewrite, type Rewrite } from '#shared/rewrites.ts'
import { onnxruntimeVersion } from '../base/onnxruntimeVersion.ts'
import type { ProviderName } from '../inference/index.ts'
import type { Db } from '../workspace/index.ts'
import type { Preprocessing } from '#shared/contract/index.ts'

/** What of a model decides its answers besides its graph's rewrite. */
export interface KeyedModel {
  /** sha256 of the model file, hex. */
  digest: string
  preprocessing: Preprocessing
  labels: readonly string[]
}

/** Everything besides transform and image that decides what a model says: part of the key of every fact. */
export interface VariantKey {
  model: string
  preprocessing: Preprocessing
  /** sha256 of the label list: decides what the true class index is. */
  labels: string
  rewrite: Rewrite
  readout: Readout
  runtime: { provider: ProviderName; precision: 'float32'; onnxruntime: string }
}

/** What a condition changes in how a model is used; left out = as the model is set up, all outputs. */
export interface Setting {
  preprocessing?: Preprocessing
  readout?: Readout
}

export interface Variant {
  id: number
  key: VariantKey
  batch: number | null
  secondsPerImage: number | null
}

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
    readout,
    runtime: { provider, precision: 'float32', onnxruntime: onnxruntimeVersion },
  }
}

interface VariantRow {
  id: number
  batch: number | null
  seconds_per_image: number | null
}

/** The stored variant of a key, new where needed, marked as the one used last. */
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

/** The stored variant of a key; null where there is none. Nothing is written. */
export const findVariant = (db: Db, key: VariantKey): number | null =>
  db.prepare<[string], number>('SELECT id FROM variant WHERE key = ?').pluck().get(canonicalJson(key)) ?? null

/** Of several runtimes, facts of the one used last are shown. */
export function markUsed(db: Db, id: number): void {
  db.prepare('UPDATE variant SET used_at = ? WHERE id = ?').run(Date.now(), id)
}

/** What a stored variant stands for; null where there is none. */
export function keyOfVariant(db: Db, id: number): VariantKey | null {
  const text = db.prepare<[number], string>('SELECT key FROM variant WHERE id = ?').pluck().get(id)
  return text === undefined ? null : JSON.parse(text)
}

/** The batch size stays with the variant, so that a resumed run computes with the same shapes. */
export function setVariantBatch(db: Db, id: number, batch: number, secondsPerImage: number): void {
  db.prepare('UPDATE variant SET batch = ?, seconds_per_image = ? WHERE id = ?').run(
    batch,
    secondsPerImage,
    id,
  )
}
