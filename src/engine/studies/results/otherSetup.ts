import { isDeepStrictEqual } from 'node:util'
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
  const found = models.flatMap((planned) =>
    changesOf(db, planned).map((what) => ({ what, title: planned.model.title })),
  )
  return [...Map.groupBy(found, ({ what }) => what)].map(
    ([what, same]) =>
      `${same.map(({ title }) => title).join(', ')}: measured with ${what} than now. Run the study again, or set back what was changed.`,
  )
}

/** What a model has now that is another than when it was measured, under the conditions that have no numbers now. */
function changesOf(db: Db, { model, conditions }: PlannedModel): string[] {
  const variants = storedVariants(db, model.digest)
  const changed = new Set<string>()
  for (const planned of conditions) {
    const now = variantKey(model, 'cpu', planned.condition.rewrite ?? noRewrite, settingOf(planned))
    const measured = variants.filter(
      ({ id, key }) =>
        common(key) === common(now) &&
        planned.parts.some(({ conditionId }) => factVersion(db, { variantId: id, conditionId }) > 0),
    )
    const isNow = ({ labels, preprocessing }: VariantKey) =>
      labels === now.labels && isDeepStrictEqual(preprocessing, now.preprocessing)
    const last = measured.at(-1)?.key
    if (last && !measured.some(({ key }) => isNow(key)))
      changed.add(last.labels === now.labels ? 'another preprocessing' : 'other labels')
  }
  return [...changed]
}

/** What a variant has in common with those of other labels and preprocessings, on any runtime. */
const common = ({ rewrite, readout }: VariantKey): string => canonicalJson({ rewrite, readout })
