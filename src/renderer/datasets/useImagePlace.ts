import { computed, watch } from 'vue'
import { useRoute } from 'vue-router'
import { useResource } from '../composables/useResource.ts'
import { engine } from '../engine/index.ts'
import { integer } from '../format.ts'
import { useBrowseStore } from '../stores/browse.ts'
import { filterFromQuery, orderFromQuery } from './filterQuery.ts'

/**
 * Where an image is in the list it was opened from, and its neighbours there. Opened by its address, it finds its place
 * in the filter and order the address names; outside of both, in the whole dataset.
 */
export function useImagePlace(
  id: () => number,
  datasetId: () => number | null,
  fallback: () => { previous: number | null; next: number | null } | null,
) {
  const route = useRoute()
  const browse = useBrowseStore()
  const place = computed(() => browse.list?.find(id()) ?? null)
  watch(
    place,
    (at) => {
      if (at === null) return
      browse.place = at
      browse.list?.want(Math.max(0, at - 1), at + 2)
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
    if (place.value !== null) return browse.list?.row(place.value + by)?.id ?? null
    const known = found.value?.place == null ? fallback() : found.value
    return (by === 1 ? known?.next : known?.previous) ?? null
  }
  const position = computed(() => {
    const at = place.value ?? found.value?.place ?? null
    const count = place.value === null ? found.value?.images : browse.list?.count
    return at === null ? '' : `${integer(at + 1)} of ${integer(count)}`
  })
  return { neighbour, position }
}
