import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { engine } from '../engine/index.ts'

export type RecentKind = 'models' | 'datasets'

const most = 12

/** Files and folders that were added to any workspace, newest first, so that they can be added to another one. */
export const useRecentStore = defineStore('recent', () => {
  const paths = useLocalStorage<Record<RecentKind, string[]>>('kernelscope.recentFiles', {
    models: [],
    datasets: [],
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
