import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import { engine } from '../engine/index.ts'
import { useModelsStore } from './collections.ts'
import { useEngineStore } from './engine.ts'
import { useWorkspaceStore } from './workspace.ts'

/** Class names of models by their outputs, of the open workspace and the label lists that are set. */
export const useModelLabelsStore = defineStore('modelLabels', () => {
  const workspace = useWorkspaceStore()
  const models = useModelsStore()
  const engineStore = useEngineStore()
  const known = shallowReactive(new Map<string, readonly string[]>())
  /** How often the labels of a model were set here: another list may have the name of the last one. */
  const times = shallowReactive(new Map<number, number>())
  const asked = shallowReactive(new Set<string>())
  /** Lists that are on their way. */
  const asking = computed(() => asked.size)

  const keyOf = (id: number) =>
    JSON.stringify([workspace.path, id, models.byId.get(id)?.labelSet ?? '', times.get(id) ?? 0])
  /** Changes when names have to be loaded, again too where that failed and the engine came back. */
  const keysOf = (ids: readonly number[]) => [engineStore.generation, ...ids.map(keyOf)].join()

  /** Loads the names of these models that are not here. */
  function want(ids: readonly number[]): void {
    for (const id of ids) {
      const key = keyOf(id)
      if (known.has(key) || asked.has(key)) continue
      asked.add(key)
      void engine.models
        .labels({ id })
        // A list that another one has replaced meanwhile has another key.
        .then(({ labels }) => known.set(key, labels))
        .catch(() => {})
        .finally(() => asked.delete(key))
    }
  }
  const of = (id: number): readonly string[] => known.get(keyOf(id)) ?? []
  /** The labels of a model were set. */
  const changed = (id: number) => void times.set(id, (times.get(id) ?? 0) + 1)

  watch(
    () => workspace.path,
    () => known.clear(),
  )
  return { asking, keysOf, want, of, changed }
})
