import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Settings } from '#shared/contract/index.ts'
import { engine } from '../engine/index.ts'
import { useEngineStore } from './engine.ts'

interface Versions {
  kernelscope: string
  node: string
  onnxruntime: string
  sqlite: string
}

/** Settings and versions of the engine. */
export const useSettingsStore = defineStore('settings', () => {
  const settings = shallowRef<Settings | null>(null)
  const versions = shallowRef<Versions | null>(null)
  const engineStore = useEngineStore()

  async function load(): Promise<void> {
    ;[settings.value, versions.value] = await Promise.all([engine.system.settings(), engine.system.version()])
  }

  async function update(change: Partial<Settings>): Promise<void> {
    settings.value = await engine.system.updateSettings(change)
  }

  watch(
    () => engineStore.generation,
    (generation) => generation > 0 && load().catch(() => {}),
    { immediate: true },
  )
  return { settings, versions, load, update }
})
