import { useDebounceFn } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import type { StudyCost, StudyInput } from '#shared/contract/index.ts'
import type { ErrorShape, KernelscopeError } from '#shared/errors.ts'
import { engine, isAbort, toKernelscopeError } from '../../../lib/engine/index.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'

/**
 * The cost of a study that is being set up and what is doubtful about it, asked again whenever its input changes. What is
 * doubtful comes at once; the cost may take a while and holds nothing up.
 */
export function useStudyCost(input: Readonly<Ref<StudyInput | null>>) {
  const cost = shallowRef<StudyCost | null>(null)
  const pending = ref(false)
  const warnings = shallowRef<readonly ErrorShape[]>([])
  /** Why the engine refused the input; null where it did not. */
  const refused = shallowRef<KernelscopeError | null>(null)
  const engineStore = useEngineStore()
  let controller = new AbortController()

  const ask = useDebounceFn(async () => {
    const { signal } = (controller = new AbortController())
    if (!input.value) return void (pending.value = false)
    const asked = input.value
    await Promise.all([
      answer(signal, async () => {
        const found = await engine.studies.check(asked, { signal })
        if (!signal.aborted) warnings.value = found.warnings
      }),
      answer(signal, async () => {
        const found = await engine.studies.cost(asked, { signal })
        if (!signal.aborted) cost.value = found
      }),
    ])
    if (!signal.aborted) pending.value = false
  }, 250)

  async function answer(signal: AbortSignal, request: () => Promise<void>): Promise<void> {
    try {
      await request()
    } catch (thrown) {
      if (signal.aborted || isAbort(thrown)) return
      cost.value = null
      refused.value = toKernelscopeError(thrown)
    }
  }

  watch(
    [() => JSON.stringify(input.value), () => engineStore.generation],
    () => {
      controller.abort()
      refused.value = null
      pending.value = input.value !== null
      if (!input.value) {
        cost.value = null
        warnings.value = []
      }
      void ask()
    },
    { immediate: true },
  )
  onScopeDispose(() => controller.abort())

  return { cost, pending, warnings, refused }
}
