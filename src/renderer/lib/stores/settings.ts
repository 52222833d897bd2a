import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { Settings } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { engine, isAbort, toKernelscopeError } from '../engine/index.ts'
import { useEngineStore } from './engine.ts'
import { useWorkspaceStore } from './workspace.ts'

type Versions = Awaited<ReturnType<typeof engine.system.version>>

/** Versions of the engine, and the settings of the open workspace (the defaults while none is open). */
export const useSettingsStore = defineStore('settings', () => {
  const settings = shallowRef<Settings | null>(null)
  const versions = shallowRef<Versions | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const engineStore = useEngineStore()
  const workspace = useWorkspaceStore()

  async function load(): Promise<void> {
    try {
      versions.value = await engine.system.version()
      settings.value = await engine.system.settings()
      error.value = null
    } catch (thrown) {
      if (!isAbort(thrown)) error.value = toKernelscopeError(thrown)
    }
  }

  async function update(change: Partial<Settings>): Promise<void> {
    settings.value = await engine.system.updateSettings(change)
  }

  watch(
    () => [engineStore.generation, workspace.path] as const,
    ([generation]) => generation > 0 && void load(),
    { immediate: true },
  )
  return { settings, versions, error, load, update }
})
