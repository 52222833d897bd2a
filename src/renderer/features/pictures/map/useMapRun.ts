import { computed, onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import type { WorkProgress } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { isAbort, toKernelscopeError } from '../../../lib/engine/index.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'

type MapEvent<R> = WorkProgress | { type: 'result'; result: R }

interface MapRunOptions<A> {
  /** The input of the computation as plain values. Titles and files describe it. */
  of: () => A
  /** The computation runs at once, and again when one of these changes. Without them it runs only by `run`. */
  on?: WatchSource[]
}

/**
 * A computation of the engine that reports progress and ends with a result. A new run ends the previous one; leaving
 * the view ends both. `open` returns null where there is nothing to compute. The last result stays while the
 * computation runs again or after it was stopped. `made` is the input of that result, and `stale` says whether the
 * current input differs from it.
 */
export function useMapRun<R, A>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<MapEvent<R>>> | null,
  { of, on }: MapRunOptions<A>,
) {
  const result = shallowRef<R | null>(null)
  const made = shallowRef<A | null>(null)
  const stale = computed(() => result.value !== null && JSON.stringify(made.value) !== JSON.stringify(of()))
  const error = shallowRef<KernelscopeError | null>(null)
  const progress = shallowRef<WorkProgress | null>(null)
  const pending = ref(false)
  let controller = new AbortController()

  async function run(): Promise<void> {
    controller.abort()
    const own = (controller = new AbortController())
    progress.value = null
    const asked = of()
    const opened = open(own.signal)
    if (!opened) {
      result.value = null
      error.value = null
      pending.value = false
      return
    }
    pending.value = true
    try {
      for await (const event of await opened) {
        if (own.signal.aborted) return
        if (event.type === 'progress') progress.value = event
        else {
          result.value = event.result
          made.value = asked
        }
      }
      error.value = null
    } catch (thrown) {
      if (own.signal.aborted || isAbort(thrown)) return
      result.value = null
      error.value = toKernelscopeError(thrown)
    } finally {
      if (controller === own) {
        pending.value = false
        progress.value = null
      }
    }
  }

  /** Stops the computation; the last result stays. */
  function cancel(): void {
    controller.abort()
    pending.value = false
    progress.value = null
  }

  if (on) {
    const engineStore = useEngineStore()
    watch([...on, () => engineStore.generation], run, { immediate: true })
  }
  onScopeDispose(() => controller.abort())
  return { result, made, stale, error, progress, pending, run, cancel }
}
