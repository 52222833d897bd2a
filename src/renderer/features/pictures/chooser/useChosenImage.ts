import { computed, watch } from 'vue'
import { useQueryText } from '../../../lib/useQuery.ts'
import { useResource } from '../../../lib/useResource.ts'
import { usualDataset } from '../../../lib/usualDataset.ts'
import { engine } from '../../../lib/engine/index.ts'
import { baseName } from '../../../lib/format.ts'
import { useChosenImageStore, type ChosenImage } from './chosenImageStore.ts'
import { useDatasetsStore } from '../../../lib/stores/collections.ts'
import { useDroppedImage } from './useDroppedImage.ts'

/**
 * The chosen image of a view. It is kept in the address where it is a row of the workspace, and in the store, so that
 * it outlives the view. Without a choice it is the first image of the usual dataset.
 */
export function useChosenImage() {
  const store = useChosenImageStore()
  const droppedImage = useDroppedImage()
  const datasets = useDatasetsStore()
  const query = useQueryText('image')

  const ready = computed(() => datasets.rows.filter((row) => row.images > 0))
  const image = computed<ChosenImage | null>({
    get: () => store.image,
    set: (next) => {
      store.image = next
      query.value = next && 'id' in next ? String(next.id) : ''
    },
  })

  watch(
    query,
    (text) => {
      if (/^[1-9]\d*$/.test(text) && store.imageId !== Number(text)) store.image = { id: Number(text) }
      else if (text === '' && store.imageId !== null) query.value = String(store.imageId)
    },
    { immediate: true },
  )

  const { data: details, error } = useResource(
    async (signal) =>
      store.imageId === null ? null : engine.datasets.image({ id: store.imageId }, { signal }),
    { on: [() => store.imageId] },
  )
  watch(details, (found) => {
    if (found && found.image.id === store.imageId && store.looking === null)
      store.datasetId = found.image.datasetId
  })

  /**
   * Chooses the first readable image of a dataset, unless an image or another dataset was chosen before the answer
   * came.
   */
  async function first(datasetId: number): Promise<void> {
    store.datasetId = store.looking = datasetId
    const { image: before } = store
    try {
      const { rows } = await engine.datasets.images({ datasetId, filter: { readable: true }, limit: 1 })
      const [row] = rows
      if (row && store.image === before && store.looking === datasetId) image.value = { id: row.id }
    } finally {
      if (store.looking === datasetId) store.looking = null
    }
  }
  watch(
    () => [ready.value.length, store.image] as const,
    () => {
      const dataset = usualDataset(ready.value)
      // After a failure the chooser is empty, and a dataset can be chosen by hand.
      if (dataset && store.image === null && query.value === '') first(dataset.id).catch(() => {})
    },
    { immediate: true },
  )

  async function onDrop(event: DragEvent): Promise<void> {
    const path = await droppedImage(event)
    if (path !== null) image.value = { path }
  }

  const name = computed(() => {
    const chosen = store.image
    if (!chosen) return null
    if ('path' in chosen) return baseName(chosen.path)
    return details.value?.image.id === chosen.id ? details.value.image.name : `Image ${chosen.id}`
  })
  const className = computed(() =>
    store.imageId !== null && details.value?.image.id === store.imageId
      ? details.value.image.className
      : null,
  )
  return {
    image,
    datasetId: computed(() => store.datasetId),
    datasets: ready,
    name,
    className,
    error,
    first,
    onDrop,
  }
}
