import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { KernelscopeError } from '#shared/errors.ts'
import { toKernelscopeError } from '../../../lib/engine/index.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'
import { KeysetPages, type KeysetPage } from './pages.ts'

/** Where a page begins, and how long it is. */
interface Part {
  after: number | null
  limit: number
}

/**
 * A list behind keyset pages whose pages say how long it is. It is read anew when `input` changes or the engine starts; `head` is the last page
 * that came, null until one has, `total` its count.
 *
 * @param read asks for a part of the list of an input
 */
export function useKeysetList<T, I, P extends { total: number }>(
  input: () => I,
  read: (input: I, part: Part, signal: AbortSignal) => Promise<KeysetPage<T> & P>,
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
