import type { Dataset } from '#shared/contract/index.ts'
import { ordinaryKinds } from '#shared/datasetKinds.ts'

/**
 * The dataset that stands for a workspace. Labelled ones come before others, ordinary ones before benchmarks (whose
 * corrupted or cut-out images already show less), then the one that was added first.
 */
export function mainDataset(rows: readonly Dataset[]): Dataset | undefined {
  const rank = ({ parts, recognised, layout }: Dataset) =>
    (parts.length === 0 && ordinaryKinds.includes(recognised) ? 0 : 2) + (layout === 'unlabelled' ? 4 : 0)
  return [...rows].sort((a, b) => rank(a) - rank(b) || a.id - b.id)[0]
}

/** The dataset that views show when none is chosen: the main one of those whose images can be shown. */
export const usualDataset = (rows: readonly Dataset[]): Dataset | undefined =>
  mainDataset(rows.filter(({ images, state }) => images > 0 && state === 'ready'))
