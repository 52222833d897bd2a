import { ref, watch, type Ref } from 'vue'
import { useEngineStore } from './stores/engine.ts'

/**
 * Counts how often a picture has been requested. A failed picture, e.g. while the engine was down, is requested again
 * after the engine's next start. Use the count as the key of the element that loads the picture.
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
