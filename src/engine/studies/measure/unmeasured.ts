import type { Settings } from '#shared/contract/index.ts'
import { providersFor } from '../../inference/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import {
  countFacts,
  countImages,
  findVariant,
  markUsed,
  type PlannedCondition,
  settingOf,
  variantKey,
} from '../../facts/index.ts'

/** Counts the images of a condition that have a prediction. */
export function countMeasured(db: Db, variantId: number, { parts, source }: PlannedCondition): number {
  const count = countFacts(db, source)
  return parts.reduce((sum, part) => sum + count({ variantId, ...part }), 0)
}

/**
 * Finds the conditions of a model that lack facts of the provider that would run, so that no session is
 * opened for the others. `stored` counts the facts of those others. Marks their variants as used, because
 * results show what was asked for last.
 */
export function unmeasured<C extends PlannedCondition>(
  db: Db,
  model: StoredModel,
  settings: Pick<Settings, 'provider'>,
  conditions: readonly C[],
): { left: C[]; stored: number } {
  const [provider] = providersFor(settings.provider)
  const left: C[] = []
  let stored = 0
  for (const condition of conditions) {
    const variantId =
      provider &&
      findVariant(db, variantKey(model, provider.name, condition.condition.rewrite, settingOf(condition)))
    const facts = variantId == null ? 0 : countMeasured(db, variantId, condition)
    if (facts < countImages(db, condition.source)) left.push(condition)
    else {
      stored += facts
      if (variantId != null) markUsed(db, variantId)
    }
  }
  return { left, stored }
}
