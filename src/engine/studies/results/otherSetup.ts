import { canonicalJson } from '#shared/canonical.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { factVersion, settingOf, storedVariants, variantKey, type VariantKey } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { PlannedModel } from '../store/plan.ts'

/**
 * Says of which models of a study nothing is shown under some condition because it was measured before they got their present
 * labels or preprocessing.
 */
export function otherSetupNotes(db: Db, models: readonly PlannedModel[]): string[] {
  return models.flatMap(({ model, conditions }) => {
    const variants = storedVariants(db, model.digest)
    const changed = new Set<string>()
    for (const planned of conditions) {
      const rewrite = planned.condition.rewrite ?? noRewrite
      const now = variantKey(model, 'cpu', rewrite, settingOf(planned))
      const has = (id: number) =>
        planned.parts.some(({ conditionId }) => factVersion(db, { variantId: id, conditionId }) > 0)
      const alike = variants.filter(({ key }) => without(key) === without(now))
      const isNow = ({ labels, preprocessing }: VariantKey) =>
        labels === now.labels && canonicalJson(preprocessing) === canonicalJson(now.preprocessing)
      if (alike.some(({ id, key }) => isNow(key) && has(id))) continue
      const before = alike.findLast(({ id }) => has(id))?.key
      if (before) changed.add(before.labels === now.labels ? 'another preprocessing' : 'other labels')
    }
    return [...changed].map(
      (what) =>
        `${model.title} was measured with ${what} than it has now. Run the study again, or set back what was changed.`,
    )
  })
}

/** What a variant has in common with those of other labels and preprocessings, on any runtime. */
const without = ({ rewrite, readout }: VariantKey): string => canonicalJson({ rewrite, readout })
