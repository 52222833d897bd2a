import type { Dataset } from '#shared/contract/index.ts'
import { ordinaryKinds } from '#shared/datasetKinds.ts'

/**
 * The dataset that views begin with where nobody chose one: of those whose images can be shown, labelled ones
 * before others, ordinary ones before benchmarks (what is corrupted or cut out already shows little), the first added.
 */
export function usualDataset(rows: readonly Dataset[]): Dataset | undefined {
  const rank = ({ parts, recognised, layout }: Dataset) =>
    (parts.length === 0 && ordinaryKinds.includes(recognised) ? 0 : 2) + (layout === 'unlabelled' ? 4 : 0)
  return rows
    .filter(({ images, state }) => images > 0 && state === 'ready')
    .sort((a, b) => rank(a) - rank(b) || a.id - b.id)[0]
}
