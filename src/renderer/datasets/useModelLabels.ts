import { shallowReactive, watch } from 'vue'
import { engine } from '../engine/index.ts'

const known = shallowReactive(new Map<number, readonly string[]>())

/** Class names of models by their outputs; empty while they are not here. */
export function useModelLabels(modelIds: () => readonly number[]) {
  watch(
    modelIds,
    (ids) => {
      for (const id of ids) {
        if (known.has(id)) continue
        known.set(id, [])
        engine.models.labels({ id }).then(
          ({ labels }) => known.set(id, labels),
          () => known.delete(id),
        )
      }
    },
    { immediate: true },
  )
  return (modelId: number) => known.get(modelId) ?? []
}
