import { useRouter } from 'vue-router'
import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'
import { homeAddress } from '../home.ts'

/** What the page does once the engine has opened another workspace by itself. */
export function useEntering() {
  const router = useRouter()
  const workspace = useWorkspaceStore()

  async function enter(info: WorkspaceInfo): Promise<void> {
    workspace.entered(info)
    await router.push(await homeAddress(router))
  }
  /** Asks what is open now, after something was stopped. */
  const again = () => workspace.load().catch(() => undefined)

  return { enter, again }
}
