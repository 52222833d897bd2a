import { isDeepStrictEqual } from 'node:util'
import { canonicalJson } from '#shared/canonical.ts'
import { noRewrite, readsNoLabels, type Rewrite } from '#shared/rewrites.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import {
  examplesOf,
  factVersion,
  isMeasured,
  settingOf,
  storedVariants,
  variantKey,
  type Setting,
  type VariantKey,
} from '../../facts/index.ts'
import type { PlannedModel, StudyPlan } from '../store/plan.ts'

/**
 * Says of which models of a study nothing is shown under some condition, or of what it measures besides, because it was measured
 * before they got their present labels or preprocessing.
 */
export async function otherSetupNotes(workspace: WorkspaceFiles, plan: StudyPlan): Promise<string[]> {
  const found: { what: string; title: string }[] = []
  for (const planned of plan.models)
    for (const what of await changesOf(workspace, plan, planned))
      found.push({ what, title: planned.model.title })
  return [...Map.groupBy(found, ({ what }) => what)].map(
    ([what, same]) =>
      `${same.map(({ title }) => title).join(', ')}: measured with ${what} than now. Run the study again, or set back what was changed.`,
  )
}

/** Something that a model was asked for: its rewrite and setting, and whether a stored variant has any of it. */
interface Asked {
  rewrite: Rewrite
  setting?: Setting
  measuredBy(variantId: number): boolean
}

/** What a model has now that is another than when it was measured, of all that has no numbers now. */
async function changesOf(
  workspace: WorkspaceFiles,
  { study, definition, source, models }: StudyPlan,
  { model, conditions }: PlannedModel,
): Promise<string[]> {
  const { db } = workspace
  const context = { workspace, models: models.map((planned) => planned.model), source }
  const kept = (await definition.kept?.(study.params, model, context)) ?? []
  const asked: Asked[] = [
    ...conditions.map((planned) => ({
      rewrite: planned.condition.rewrite ?? noRewrite,
      setting: settingOf(planned),
      measuredBy: (variantId: number) =>
        planned.parts.some(({ conditionId }) => factVersion(db, { variantId, conditionId }) > 0),
    })),
    ...kept.map(({ rewrite, images }) => ({
      rewrite,
      measuredBy: (variantId: number) => isMeasured(db, variantId, examplesOf(images)),
    })),
  ]
  const variants = storedVariants(db, model.digest)
  const changed = new Set<string>()
  for (const { rewrite, setting, measuredBy } of asked) {
    const now = variantKey(model, 'cpu', rewrite, setting)
    const sameLabels = (key: VariantKey) => readsNoLabels(rewrite) || key.labels === now.labels
    const isNow = (key: VariantKey) =>
      sameLabels(key) && isDeepStrictEqual(key.preprocessing, now.preprocessing)
    const measured = variants.filter(({ id, key }) => common(key) === common(now) && measuredBy(id))
    const last = measured.at(-1)?.key
    if (last && !measured.some(({ key }) => isNow(key)))
      changed.add(sameLabels(last) ? 'another preprocessing' : 'other labels')
  }
  return [...changed]
}

/** What a variant has in common with those of other labels and preprocessings, on any runtime. */
const common = ({ rewrite, readout }: VariantKey): string => canonicalJson({ rewrite, readout })
