import { className } from '#shared/classNames.ts'
import type { ImageSelection, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { filterToText } from '#shared/filterText.ts'
import { getDataset, getSubset } from '../../datasets/index.ts'
import { frozen, type FrozenSubset } from '../../studies/index.ts'
import { selectedIds } from './browsing.ts'
import type { EngineSession } from '../session/session.ts'

/**
 * Freezes the images that a study's subset has now; null for a study over the whole dataset.
 *
 * @throws SUBSET_NOT_FOUND where the subset does not exist or belongs to another dataset
 * @throws DATASET_EMPTY where the subset has no images
 */
export async function frozenSubset(
  session: EngineSession,
  { subsetId, datasetId }: Pick<StudyInput, 'subsetId' | 'datasetId'>,
  signal?: AbortSignal,
): Promise<FrozenSubset | null> {
  if (subsetId == null) return null
  const subset = getSubset(session.db, subsetId)
  if (datasetId === null || subset.datasetId !== datasetId)
    throw new KernelscopeError('SUBSET_NOT_FOUND', `the subset ${subset.name} belongs to another dataset`)
  const ids = await selectedIds(session, datasetId, subset.selection, undefined, signal)
  if (ids.length === 0)
    throw new KernelscopeError('DATASET_EMPTY', `the subset ${subset.name} has no images now`, {
      hint: 'Change its filter, or choose another subset.',
    })
  const { classes } = getDataset(session.db, datasetId)
  const nameOf = (index: number) => classes.find((one) => one.index === index)?.name ?? String(index)
  return frozen(subset, ruleText(subset.selection, nameOf), ids)
}

/** Writes a selection in the syntax of the command line, with the names of classes. */
function ruleText({ filter, ids }: ImageSelection, nameOf: (index: number) => string): string {
  if (filter === null) return `a list of ${ids.length} images`
  const classes = filter.classes?.map((index) => escaped(className(nameOf(index)))).join(',')
  const text = Object.entries(filterToText(filter))
    .map(([key, value]) => `${key}=${key === 'class' ? classes : value}`)
    .join(' ')
  return `${text || 'all images'}${ids.length > 0 ? `, but ${ids.length} images` : ''}`
}

/** A name in a list of the command line, where a comma separates. */
const escaped = (name: string) => name.replace(/[%,]/g, (sign) => encodeURIComponent(sign))
