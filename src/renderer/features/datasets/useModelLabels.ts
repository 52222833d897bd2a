import { watch } from 'vue'
import { useModelLabelsStore } from '../../lib/stores/modelLabels.ts'

/** Class names of models by their outputs; empty until they are loaded. */
export function useModelLabels(modelIds: () => readonly number[]) {
  const labels = useModelLabelsStore()
  watch(
    () => labels.keysOf(modelIds()),
    () => labels.want(modelIds()),
    { immediate: true },
  )
  return labels.of
}
