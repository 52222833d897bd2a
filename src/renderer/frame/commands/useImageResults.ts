import { useDebounceFn } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { ImageRow } from '#shared/contract/index.ts'
import { engine } from '../../lib/engine/index.ts'
import { useDatasetsStore } from '../../lib/stores/collections.ts'
import type { PaletteItem } from './paletteItems.ts'

/** Shortest part of a name that images are searched for, and how many are listed of a dataset. */
const shortest = 3
const listed = 6

/** The images that a text finds: by a part of the file's name, or by number. A search ends where the text changes. */
export function useImageResults(term: Readonly<Ref<string>>) {
  const results = shallowRef<readonly PaletteItem[]>([])
  const datasets = useDatasetsStore()
  let controller = new AbortController()

  const search = useDebounceFn(async () => {
    const { signal } = (controller = new AbortController())
    const typed = term.value.trim()
    const number = /^#?(\d+)$/.exec(typed)?.[1]
    const rows = await Promise.all([
      number === undefined ? [] : byId(Number(number), signal),
      ...(typed.length < shortest ? [] : datasets.rows.map(({ id }) => byName(id, typed, signal))),
    ])
    if (signal.aborted) return
    const all = new Map(rows.flat().map((row) => [row.id, row]))
    results.value = [...all.values()].map((row) => ({
      id: `/images/${row.id}`,
      path: `/images/${row.id}`,
      title: row.name,
      words: typed,
      about: `Image ${row.id}, ${datasets.byId.get(row.datasetId)?.title ?? ''}`,
      icon: 'i-lucide-image',
    }))
  }, 200)

  watch(term, () => {
    controller.abort()
    results.value = []
    if (term.value.trim() !== '') void search()
  })
  onScopeDispose(() => controller.abort())
  return results
}

// What cannot be searched is not found. The page of the dataset says why.
const byName = (datasetId: number, text: string, signal: AbortSignal): Promise<readonly ImageRow[]> =>
  engine.datasets.images({ datasetId, filter: { search: text }, limit: listed }, { signal }).then(
    ({ rows }) => rows,
    () => [],
  )

const byId = (imageId: number, signal: AbortSignal): Promise<readonly ImageRow[]> =>
  engine.datasets.image({ id: imageId }, { signal }).then(
    ({ image }) => [image],
    () => [],
  )
