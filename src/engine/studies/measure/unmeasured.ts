import type { Settings } from '#shared/contract/index.ts'
import { providersFor } from '../../inference/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import {
  countImages,
  imagesOf,
  internVariant,
  settingOf,
  type SqlValue,
  type StoredCondition,
  variantKey,
} from '../../facts/index.ts'

/** Facts that are there of a condition's images. */
export function countFacts(db: Db, variantId: number, { parts, source }: StoredCondition): number {
  const { sql, values } = imagesOf(source)
  const count = db
    .prepare<SqlValue[], number>(
      `SELECT count(*) FROM ${sql.replace(' WHERE ', ' JOIN prediction p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id WHERE ')} AND i.id BETWEEN ? AND ?`,
    )
    .pluck()
  return parts.reduce(
    (sum, { conditionId, from, to }) => sum + (count.get(variantId, conditionId, ...values, from, to) ?? 0),
    0,
  )
}

/**
 * Conditions of a model that still lack facts of the provider that would run, so that no session is opened for the
 * others; `stored` counts the facts of those.
 */
export function unmeasured(
  db: Db,
  model: StoredModel,
  settings: Pick<Settings, 'provider'>,
  conditions: StoredCondition[],
): { left: StoredCondition[]; stored: number } {
  const [provider] = providersFor(settings.provider)
  const left: StoredCondition[] = []
  let stored = 0
  for (const condition of conditions) {
    const key =
      provider && variantKey(model, provider.name, condition.condition.rewrite, settingOf(condition))
    const images = countImages(db, condition.source)
    const facts = key ? countFacts(db, internVariant(db, key).id, condition) : 0
    if (facts < images) left.push(condition)
    else stored += facts
  }
  return { left, stored }
}
