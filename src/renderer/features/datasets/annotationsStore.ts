import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { engine } from '../../lib/engine/index.ts'
import { useEngineStore } from '../../lib/stores/engine.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'

/** The existing tags. `version` grows when tags or notes change, so that views load again. */
export const useAnnotationsStore = defineStore('annotations', () => {
  const version = ref(0)
  const tags = shallowRef<{ name: string; files: number }[]>([])
  const workspace = useWorkspaceStore()
  const engineStore = useEngineStore()

  async function load(): Promise<void> {
    tags.value = workspace.isOpen ? await engine.annotations.tags() : []
  }
  function changed(): void {
    version.value++
    void load().catch(() => {})
  }
  watch(
    () => [workspace.path, workspace.openings, engineStore.generation],
    () => void load().catch(() => {}),
    { immediate: true },
  )
  return { version, tags, changed }
})
