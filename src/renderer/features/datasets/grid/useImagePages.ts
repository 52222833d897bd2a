import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { FactOf, ImageFilter, ImageOrder, ImageRow } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { engine, isAbort, toKernelscopeError } from '../../../lib/engine/index.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'
import { PlacePages } from './places.ts'

/**
 * The images of a dataset under a filter, by position, with what the shown model says of them. `version` grows when rows have arrived; `count` is null until
 * known. Rows are plain objects, never reactive.
 */
export function useImagePages(
  datasetId: () => number,
  filter: () => ImageFilter,
  order: () => ImageOrder = () => ({ by: 'place', descending: false }),
  shownFact: () => FactOf | undefined = () => undefined,
) {
  const engineStore = useEngineStore()
  const version = ref(0)
  const count = shallowRef<number | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pages = shallowRef<PlacePages<ImageRow>>(open())
  let counting = new AbortController()

  function open(): PlacePages<ImageRow> {
    const input = { datasetId: datasetId(), filter: filter(), order: order(), shownFact: shownFact() }
    return new PlacePages<ImageRow>({
      fetch: async (from, limit, signal) =>
        (await engine.datasets.images({ ...input, from, limit }, { signal })).rows,
      onChange: () => version.value++,
      onError: (thrown) => (error.value = toKernelscopeError(thrown)),
    })
  }

  async function recount(): Promise<void> {
    counting.abort()
    const own = (counting = new AbortController())
    try {
      const found = await engine.datasets.count(
        { datasetId: datasetId(), filter: filter() },
        { signal: own.signal },
      )
      if (!own.signal.aborted) count.value = found.images
    } catch (thrown) {
      if (!own.signal.aborted && !isAbort(thrown)) error.value = toKernelscopeError(thrown)
    }
  }

  async function restart(): Promise<void> {
    pages.value.close()
    pages.value = open()
    error.value = null
    version.value++
    await recount()
  }

  /** Images were added at the end; shown images stay. */
  async function grown(): Promise<void> {
    await recount()
    pages.value.grown()
  }

  watch(
    () => JSON.stringify([datasetId(), filter(), order(), shownFact(), engineStore.generation]),
    () => void restart(),
    { immediate: true },
  )
  onScopeDispose(() => {
    pages.value.close()
    counting.abort()
  })

  return { pages, version, count, error, restart, grown }
}
