import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import type { KernelscopeError } from '#shared/errors.ts'
import { isAbort, toKernelscopeError } from './engine/index.ts'
import { useEngineStore } from './stores/engine.ts'

interface ResourceOptions {
  /** The value is loaded again when one of these changes. */
  on?: WatchSource[]
  /**
   * Drops the old value while a new one loads. Without this, the old value stays until the new one has come or failed.
   */
  fresh?: boolean
}

/**
 * A value of the engine. It is loaded now, at each change of `on`, and after every restart of the engine. A newer load
 * aborts the older one; leaving the view aborts both. The value is shallow: numbers in it never become reactive.
 */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, options: ResourceOptions = {}) {
  const engineStore = useEngineStore()
  const data = shallowRef<T | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pending = ref(false)
  let controller = new AbortController()
  /** Whether the value belongs to an earlier input. */
  let outdated = false

  async function reload(): Promise<void> {
    controller.abort()
    const own = (controller = new AbortController())
    pending.value = true
    try {
      const value = await load(own.signal)
      if (own.signal.aborted) return
      data.value = value
      error.value = null
      outdated = false
    } catch (thrown) {
      if (own.signal.aborted || isAbort(thrown)) return
      error.value = toKernelscopeError(thrown)
      if (outdated) data.value = null
    } finally {
      if (controller === own) pending.value = false
    }
  }

  watch(options.on ?? [], () => {
    outdated = true
    if (options.fresh) data.value = null
    void reload()
  })
  watch(() => engineStore.generation, reload)
  onScopeDispose(() => controller.abort())
  void reload()

  return { data, error, pending, reload }
}
