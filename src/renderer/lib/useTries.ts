import { ref, watch, type Ref } from 'vue'
import { useEngineStore } from './stores/engine.ts'

/**
 * Counts how often a picture was asked for: what failed, as while the engine was away, is asked for again when that has
 * started. To be the key of the element that loads it.
 */
export function useTries(failed: Ref<boolean>): Ref<number> {
  const engineStore = useEngineStore()
  const tries = ref(0)
  watch(
    () => engineStore.generation,
    () => {
      if (!failed.value) return
      failed.value = false
      tries.value++
    },
  )
  return tries
}
