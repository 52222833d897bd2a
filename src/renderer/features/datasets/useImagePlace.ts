import { computed, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useResource } from '../../lib/useResource.ts'
import { engine } from '../../lib/engine/index.ts'
import { integer } from '../../lib/format.ts'
import { useBrowseStore } from './browseStore.ts'
import { filterFromQuery, orderFromQuery } from './filter/filterQuery.ts'
import { isListOf } from './listOfImage.ts'

/**
 * Position of an image in the list it was opened from, and its neighbours there. An image opened by its address has its
 * position in the filter and order of the address; outside of these, its neighbours are those of `fallback`.
 *
 * @param datasetId null where the address names no dataset; then the position is not requested
 */
export function useImagePlace(
  id: () => number,
  datasetId: () => number | null,
  fallback: () => { previous: number | null; next: number | null } | null,
) {
  const route = useRoute()
  const browse = useBrowseStore()
  const router = useRouter()
  const list = computed(() => {
    const known = browse.list
    return known && isListOf(router.resolve(known.address), route) ? known : null
  })
  const place = computed(() => list.value?.find(id()) ?? null)
  watch(
    place,
    (at) => {
      if (at === null) return
      browse.place = at
      list.value?.want(Math.max(0, at - 1), at + 2)
    },
    { immediate: true },
  )
  const { data: found } = useResource(
    async (signal) => {
      const dataset = datasetId()
      if (place.value !== null || dataset === null) return null
      const [filter, order] = [filterFromQuery(route.query), orderFromQuery(route.query)]
      return engine.datasets.place({ datasetId: dataset, filter, order, imageId: id() }, { signal })
    },
    { on: [id, datasetId] },
  )

  function neighbour(by: 1 | -1): number | null {
    if (place.value !== null) return list.value?.row(place.value + by)?.id ?? null
    const known = found.value?.place == null ? fallback() : found.value
    return (by === 1 ? known?.next : known?.previous) ?? null
  }
  const position = computed(() => {
    const at = place.value ?? found.value?.place ?? null
    const count = place.value === null ? found.value?.images : list.value?.count
    return at === null ? '' : `${integer(at + 1)} of ${integer(count)}`
  })
  return { neighbour, position }
}
