import { z } from 'zod'
import type { Dataset } from '#shared/contract/index.ts'
import { ordinaryKinds } from '#shared/datasetKinds.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset, listDatasets } from '../../../datasets/index.ts'
import type { SettleContext } from '../../definition/index.ts'

/** The parameter that names a validation set; with null the workspace decides. */
export const validationParam = z.int().positive().nullable().default(null).meta({
  title: 'Validation images',
  description:
    'Dataset with the ordinary images of the same classes; left empty, the one of the workspace that holds them',
  format: 'dataset',
})

/**
 * Finds the dataset with ordinary images of a set's classes: `asked`, else the dataset of the workspace that
 * has the most of the classes, at least half of them. null without one.
 */
export function findValidation(
  { db, dataset }: SettleContext,
  asked: number | null,
  classes: readonly string[],
): number | null {
  if (asked !== null) return getDataset(db, asked).id
  const shared = (candidate: Dataset) => {
    const names = new Set(candidate.classes.map(({ name }) => name))
    return classes.filter((name) => names.has(name)).length
  }
  const candidates = listDatasets(db)
    .filter(
      ({ id, recognised, parts }) =>
        id !== dataset.id && ordinaryKinds.includes(recognised) && parts.length === 0,
    )
    .map((candidate) => ({ id: candidate.id, shared: shared(candidate) }))
    .filter((candidate) => candidate.shared > 0 && candidate.shared >= classes.length / 2)
    .sort((a, b) => b.shared - a.shared || a.id - b.id)
  return candidates[0]?.id ?? null
}

/**
 * Finds the dataset as `findValidation`, for studies that need one.
 *
 * @throws STUDY_PARAMS where the workspace has no such dataset
 */
export function requireValidation(
  context: SettleContext,
  asked: number | null,
  classes: readonly string[],
): number {
  const found = findValidation(context, asked, classes)
  if (found !== null) return found
  throw new KernelscopeError(
    'STUDY_PARAMS',
    `invalid validation: no dataset of the workspace has ordinary images of the classes of ${context.dataset.title}`,
    { hint: 'Add the validation images of the same classes, or name their dataset.' },
  )
}
