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

/** The batch size stays with the variant, so that a resumed run computes with the same shapes. */
export function setVariantBatch(db: Db, id: number, batch: number, secondsPerImage: number): void {
  db.prepare('UPDATE variant SET batch = ?, seconds_per_image = ? WHERE id = ?').run(
    batch,
    secondsPerImage,
    id,
  )
}

/** A variant whose facts stand for a model under a rewrite. */
export interface CurrentVariant {
  id: number
  provider: ProviderName
  secondsPerImage: number | null
}

/** Finds the variant of a rewrite under a setting; null for one that was never run. */
export type FindVariant = (rewrite: Rewrite, setting?: Setting) => CurrentVariant | null

/**
 * The variants whose facts stand for a model as it is set up now: same labels, and the same preprocessing unless a
 * setting says otherwise; any runtime, of several the one used last. Reads the model's variants once.
 */
export function currentVariants(db: Db, model: KeyedModel): FindVariant {
  const textOf = ({ preprocessing, labels, rewrite, readout }: Omit<VariantKey, 'model' | 'runtime'>) =>
    canonicalJson({ preprocessing, labels, rewrite, readout })
  const rows = db
    .prepare<[string], { id: number; key: string; seconds_per_image: number | null }>(
      'SELECT id, key, seconds_per_image FROM variant WHERE model_digest = ? ORDER BY used_at, id',
    )
    .all(model.digest)
  const found = new Map<string, CurrentVariant>()
  for (const row of rows) {
    const key: VariantKey = JSON.parse(row.key)
    found.set(textOf(key), {
      id: row.id,
      provider: key.runtime.provider,
      secondsPerImage: row.seconds_per_image,
    })
  }
  return (rewrite, setting) => found.get(textOf(variantKey(model, 'cpu', rewrite, setting))) ?? null
}

/** The rewritten models as set up now that were ever run, with all outputs; of several runtimes the one used last. */
export function changedVariants(db: Db, model: KeyedModel): { id: number; rewrite: Rewrite }[] {
  const now = variantKey(model, 'cpu', noRewrite)
  const setUp = ({ preprocessing, labels, readout }: VariantKey) =>
    canonicalJson({ preprocessing, labels, readout })
  const rows = db
    .prepare<[string], { id: number; key: string }>(
      'SELECT id, key FROM variant WHERE model_digest = ? ORDER BY used_at, id',
    )
    .all(model.digest)
  const found = new Map<string, { id: number; rewrite: Rewrite }>()
  for (const { id, key: text } of rows) {
    const key: VariantKey = JSON.parse(text)
    if (key.rewrite.op === 'none' || setUp(key) !== setUp(now)) continue
    found.set(canonicalJson(key.rewrite), { id, rewrite: key.rewrite })
  }
  return [...found.values()]
}

/** Where the model as it is set up now was run last, under whatever rewrite; null for one that was never run. */
export function lastProvider(db: Db, model: KeyedModel): ProviderName | null {
  const now = variantKey(model, 'cpu', noRewrite)
  const setUp = ({ preprocessing, labels }: Pick<VariantKey, 'preprocessing' | 'labels'>) =>
    canonicalJson({ preprocessing, labels })
  const keys = db
    .prepare<[string], { key: string }>(
      'SELECT key FROM variant WHERE model_digest = ? ORDER BY used_at DESC, id DESC',
    )
    .all(model.digest)
    .map(({ key }): VariantKey => JSON.parse(key))
  return keys.find((key) => setUp(key) === setUp(now))?.runtime.provider ?? null
}

/** The variant of the model as it is. */
export const currentVariant = (db: Db, model: KeyedModel): CurrentVariant | null =>
  currentVariants(db, model)(noRewrite)
