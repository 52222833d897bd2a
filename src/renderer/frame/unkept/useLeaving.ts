import { createSharedComposable } from '@vueuse/core'
import { ref } from 'vue'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { lossesOf } from './losses.ts'

/** Asks before a workspace is left in which something was made, and which is not kept yet. */
export const useLeaving = createSharedComposable(() => {
  const workspace = useWorkspaceStore()
  const asking = ref(false)
  let settle = (_may: boolean) => {}

  async function mayLeave(): Promise<boolean> {
    if (!workspace.unkept) return true
    // The counts of the page may be older than what a running study has stored.
    const counted = await workspace.load().then(
      () => true,
      () => false,
    )
    if (!workspace.unkept || (counted && lossesOf(workspace.unkept).length === 0)) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    settle = resolve
    asking.value = true
    return promise
  }

  function answer(may: boolean): void {
    asking.value = false
    settle(may)
  }

  return { asking, mayLeave, answer }
})
