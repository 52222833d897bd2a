import { noRewrite } from '#shared/rewrites.ts'
import { currentVariants, findConditions, settingOf } from '../../../../facts/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
import type { GridModel, PointImages, ViewContext } from '../../../definition/index.ts'
import { epsilonTitle } from '../titles.ts'
import { attacksOf, epsilonsOf, strongConditions } from './conditions.ts'
import { ensembleOf } from './ensemble.ts'
import type { StrongParams } from './params.ts'
import { jointKey } from './view.ts'

/** Finds the images behind a point where all attacks are joined, each with the number of attacks that make it wrong. */
export async function jointPoint(
  key: string,
  chosen: StrongParams,
  model: StoredModel,
  { workspace: { db }, source }: ViewContext,
): Promise<PointImages | null> {
  const epsilon = epsilonsOf(chosen).find((one) => jointKey(one) === key)
  if (epsilon === undefined) return null
  const variants = currentVariants(db, model)
  const planned: GridModel = {
    id: model.id,
    title: model.title,
    classes: model.labels,
    largestKernel: model.largestKernel,
    ownPreprocessing: true,
    conditions: findConditions(db, strongConditions(chosen, model), source, null),
    variantOf: (stored) => variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null,
  }
  const { images } = ensembleOf(db, { images: 0 }, planned, chosen, epsilon)
  return {
    title: `Attacks that make the image wrong, of ${attacksOf(chosen).length}, ${epsilonTitle(epsilon, chosen.norm)}`,
    unit: 'none',
    note: 'The point is the share of images that are right without an attack and under all of them.',
    images: images.map(({ id, wrong }) => ({ id, value: wrong })),
  }
}
