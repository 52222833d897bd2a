import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { KernelscopeError } from '#shared/errors.ts'
import { toKernelscopeError } from '../../../lib/engine/index.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'
import { KeysetPages, type KeysetPage } from './pages.ts'

/** Start and length of a page. */
interface PageRequest {
  after: number | null
  limit: number
}

/**
 * A list behind keyset pages that say how long the list is. It is read again when `input` changes or the engine starts.
 * `head` is the last page that arrived, null before the first; `total` is its count.
 *
 * @param read requests a page of the list of an input
 */
export function useKeysetList<T, I, P extends { total: number }>(
  input: () => I,
  read: (input: I, part: PageRequest, signal: AbortSignal) => Promise<KeysetPage<T> & P>,
) {
  const version = ref(0)
  const total = shallowRef<number | null>(null)
  const head = shallowRef<P | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pages = shallowRef(open())

  function open(): KeysetPages<T> {
    const of = input()
    const own: KeysetPages<T> = new KeysetPages<T>({
      fetch: async (after, limit, signal) => {
        const page = await read(of, { after, limit }, signal)
        if (pages.value === own) {
          head.value = page
          total.value = page.total
        }
        return page
      },
      onChange: () => version.value++,
      onError: (thrown) => (error.value = toKernelscopeError(thrown)),
    })
    return own
  }

  function reload(): void {
    pages.value.close()
    total.value = null
    error.value = null
    pages.value = open()
    pages.value.want(0, 1)
  }
  const engineStore = useEngineStore()
  watch([() => JSON.stringify(input()), () => engineStore.generation], reload)
  pages.value.want(0, 1)
  onScopeDispose(() => pages.value.close())
  return { pages, version, total, head, error, reload }
}
