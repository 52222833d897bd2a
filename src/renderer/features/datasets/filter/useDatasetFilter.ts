import { computed } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { FactOf, ImageFilter, ImageOrder } from '#shared/contract/index.ts'
import { filterKeys } from '#shared/filterText.ts'
import { defined } from '../../../lib/defined.ts'
import { useRewrite } from '../../../lib/useRewrite.ts'
import { useHistoryStore } from '../../../lib/stores/history.ts'
import {
  filterFromQuery,
  filterToQuery,
  shownFactsFromQuery,
  shownFactsToQuery,
  orderFromQuery,
  orderToQuery,
} from './filterQuery.ts'

/**
 * What the pages of a dataset share, kept in the address: filter, order and shown facts. Every change of the filter can
 * be undone. Undoing leads back to a page that shows the filter.
 */
export function useDatasetFilter(datasetId: () => number) {
  const route = useRoute()
  const router = useRouter()
  const rewrite = useRewrite()
  const history = useHistoryStore()

  const filter = computed<ImageFilter>(() => filterFromQuery(route.query))
  const order = computed<ImageOrder>(() => orderFromQuery(route.query))
  const shownFacts = computed<FactOf[] | null>(() => shownFactsFromQuery(route.query))

  /** An address with another filter; its other parts stay unchanged. */
  const withFilter = (next: ImageFilter): LocationQueryRaw => {
    const none = Object.fromEntries(filterKeys.map((key) => [key, undefined]))
    return defined({ ...route.query, ...none, ...filterToQuery(next) })
  }

  async function write(next: ImageFilter): Promise<void> {
    const here = String(route.name).startsWith('dataset') && Number(route.params.id) === datasetId()
    if (here) await router.replace({ query: withFilter(next) })
    else await router.push({ name: 'dataset', params: { id: datasetId() }, query: withFilter(next) })
  }

  async function setFilter(next: ImageFilter, title = 'Filter', merge?: string): Promise<void> {
    const before = filter.value
    if (JSON.stringify(filterToQuery(before)) === JSON.stringify(filterToQuery(next))) return
    const change = { title, undo: () => write(before), redo: () => write(next) }
    await history.make(`dataset/${datasetId()}`, merge === undefined ? change : { ...change, merge })
  }

  const setOrder = (next: ImageOrder) => void rewrite.to({ ...route.query, order: orderToQuery(next) })
  const setShownFacts = (next: readonly FactOf[]) =>
    void rewrite.to({ ...route.query, facts: shownFactsToQuery(next), look: undefined })

  return { filter, order, shownFacts, setFilter, setOrder, setShownFacts, withFilter }
}
