import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import { engine } from '../engine/index.ts'
import { useModelsStore } from './collections.ts'
import { useEngineStore } from './engine.ts'
import { useWorkspaceStore } from './workspace.ts'

/** Class names of models by their outputs, for the open workspace and the current label lists. */
export const useModelLabelsStore = defineStore('modelLabels', () => {
  const workspace = useWorkspaceStore()
  const models = useModelsStore()
  const engineStore = useEngineStore()
  const known = shallowReactive(new Map<string, readonly string[]>())
  /** How often the labels of a model were set here. A new list may have the same name as the previous one. */
  const times = shallowReactive(new Map<number, number>())
  const asked = shallowReactive(new Set<string>())
  /** Number of lists that are being loaded. */
  const asking = computed(() => asked.size)

  const keyOf = (id: number) =>
    JSON.stringify([workspace.path, id, models.byId.get(id)?.labelSet ?? '', times.get(id) ?? 0])
  /** Changes when names have to be loaded, also when that failed and the engine is back. */
  const keysOf = (ids: readonly number[]) => [engineStore.generation, ...ids.map(keyOf)].join()

  /** Loads the missing names of these models. */
  function want(ids: readonly number[]): void {
    for (const id of ids) {
      const key = keyOf(id)
      if (known.has(key) || asked.has(key)) continue
      asked.add(key)
      void engine.models
        .labels({ id })
        // A list that was replaced meanwhile has another key.
        .then(({ labels }) => known.set(key, labels))
        .catch(() => {})
        .finally(() => asked.delete(key))
    }
  }
  const of = (id: number): readonly string[] => known.get(keyOf(id)) ?? []
  /** Called when the labels of a model were set. */
  const changed = (id: number) => void times.set(id, (times.get(id) ?? 0) + 1)

  watch(
    () => workspace.path,
    () => known.clear(),
  )
  return { asking, keysOf, want, of, changed }
})
