import type { Settings } from '#shared/contract/index.ts'
import { providersFor } from '../../inference/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import {
  bySource,
  countImages,
  findVariant,
  markUsed,
  measuredCounter,
  type PlannedCondition,
  settingOf,
  variantKey,
} from '../../facts/index.ts'

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
  const imagesIn = bySource((source) => countImages(db, source))
  const countMeasured = measuredCounter(db)
  const used = new Set<number>()
  let stored = 0
  for (const condition of conditions) {
    const variantId =
      provider &&
      findVariant(db, variantKey(model, provider.name, condition.condition.rewrite, settingOf(condition)))
    const facts = variantId == null ? 0 : countMeasured(variantId, condition)
    if (facts < imagesIn(condition.source)) left.push(condition)
    else {
      stored += facts
      if (variantId != null) used.add(variantId)
    }
  }
  for (const variantId of used) markUsed(db, variantId)
  return { left, stored }
}
