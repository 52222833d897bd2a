import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { engine } from '../engine/index.ts'
import { useEngineStore } from './engine.ts'

export type RecentKind = 'models' | 'datasets'

type Paths = Record<RecentKind, string[]>

const most = 12
const none: Paths = { models: [], datasets: [] }

/** Files and folders that were added to any workspace, newest first, so that they can be added to another one. */
export const useRecentStore = defineStore('recent', () => {
  const engineStore = useEngineStore()
  const here = useLocalStorage<Paths>('kernelscope.recentFiles', none)
  /** By the other machine that they are on. */
  const elsewhere = useLocalStorage<Record<string, Paths>>('kernelscope.recentFarFiles', {})
  const paths = computed<Paths>({
    get: () => (engineStore.host === null ? here.value : (elsewhere.value[engineStore.host] ?? none)),
    set(next) {
      if (engineStore.host === null) here.value = next
      else elsewhere.value = { ...elsewhere.value, [engineStore.host]: next }
    },
  })
  /** Paths that no longer exist. */
  const missing = shallowRef<ReadonlySet<string>>(new Set())

  function added(kind: RecentKind, path: string): void {
    const others = paths.value[kind].filter((known) => known !== path)
    paths.value = { ...paths.value, [kind]: [path, ...others].slice(0, most) }
  }

  function forget(kind: RecentKind, path: string): void {
    paths.value = { ...paths.value, [kind]: paths.value[kind].filter((known) => known !== path) }
  }

  async function findMissing(): Promise<void> {
    const all = [...paths.value.models, ...paths.value.datasets]
    const { present } = await engine.system.present({ paths: all })
    missing.value = new Set(all.filter((_, i) => !present[i]))
  }

  return { paths, missing, added, forget, findMissing }
})
