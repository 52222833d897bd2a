import { isDeepStrictEqual } from 'node:util'
import { canonicalJson } from '#shared/canonical.ts'
import { noRewrite, readsNoLabels, type Rewrite } from '#shared/rewrites.ts'
import type { ProviderName } from '../inference/index.ts'
import type { Db } from '../workspace/index.ts'
import {
  keyOf,
  storedVariants,
  variantKey,
  type KeyedModel,
  type Setting,
  type VariantKey,
} from './variants.ts'

/** The variant whose facts are shown for a model under a rewrite. */
export interface CurrentVariant {
  id: number
  provider: ProviderName
  secondsPerImage: number | null
}

/** Finds the variant of a rewrite and a setting; null where it was never run. */
export type FindVariant = (rewrite: Rewrite, setting?: Setting) => CurrentVariant | null

/**
 * Returns a function that finds variants of a model's current setup: same labels, where they change what is measured, and the same
 * preprocessing unless a setting replaces it. Of several runtimes, it finds the one used last. Reads the model's variants once.
 */
export function currentVariants(db: Db, model: KeyedModel): FindVariant {
  const textOf = ({ preprocessing, labels, rewrite, readout }: Omit<VariantKey, 'model' | 'runtime'>) =>
    canonicalJson({ preprocessing, ...(readsNoLabels(rewrite) ? {} : { labels }), rewrite, readout })
  const found = new Map<string, CurrentVariant>()
  for (const { id, key, secondsPerImage } of storedVariants(db, model.digest))
    found.set(textOf(key), { id, provider: key.runtime.provider, secondsPerImage })
  return (rewrite, setting) => found.get(textOf(variantKey(model, 'cpu', rewrite, setting))) ?? null
}

/**
 * Lists the rewritten variants of a model's current setup that read all outputs; of several runtimes, the one used
 * last.
 */
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
    const key = keyOf(id, text)
    if (key.rewrite.op === 'none' || setUp(key) !== setUp(now)) continue
    found.set(canonicalJson(key.rewrite), { id, rewrite: key.rewrite })
  }
  return [...found.values()]
}

/** Returns the provider that last ran a model's current setup, under any rewrite; null where it was never run. */
export function lastProvider(db: Db, model: KeyedModel): ProviderName | null {
  const now = variantKey(model, 'cpu', noRewrite)
  const isSetUp = ({ preprocessing, labels, rewrite }: VariantKey) =>
    isDeepStrictEqual(preprocessing, now.preprocessing) && (readsNoLabels(rewrite) || labels === now.labels)
  const keys = db
    .prepare<[string], { id: number; key: string }>(
      'SELECT id, key FROM variant WHERE model_digest = ? ORDER BY used_at DESC, id DESC',
    )
    .all(model.digest)
    .map(({ id, key }) => keyOf(id, key))
  return keys.find(isSetUp)?.runtime.provider ?? null
}

/**
 * Seconds that a model's own graph takes for an image: of its current setup, else of the setup used last, since
 * preprocessing and labels hardly matter for it; null where the file was never run.
 */
export function secondsPerImage(db: Db, model: KeyedModel): number | null {
  const own = currentVariants(db, model)(noRewrite)?.secondsPerImage ?? null
  if (own !== null) return own
  const { size } = model.preprocessing
  const rows = db
    .prepare<[string], { id: number; key: string; seconds_per_image: number }>(
      'SELECT id, key, seconds_per_image FROM variant WHERE model_digest = ? AND seconds_per_image IS NOT NULL ORDER BY used_at DESC, id DESC',
    )
    .all(model.digest)
  const found = rows.find((row) => {
    const { rewrite, preprocessing } = keyOf(row.id, row.key)
    return rewrite.op === 'none' && isDeepStrictEqual(preprocessing.size, size)
  })
  return found?.seconds_per_image ?? null
}

/** Finds the variant of a model's current setup without a rewrite; null where it was never run. */
export const currentVariant = (db: Db, model: KeyedModel): CurrentVariant | null =>
  currentVariants(db, model)(noRewrite)
