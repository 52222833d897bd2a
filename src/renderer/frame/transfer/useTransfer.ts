import { createSharedComposable } from '@vueuse/core'
import { shallowRef } from 'vue'
import { useChoosingPaths } from '../../lib/useChoosingPaths.ts'

/** A whole workspace that is to be brought elsewhere, and from where. */
export type Transfer =
  | { kind: 'export' }
  | { kind: 'move' }
  /** The zip. */
  | { kind: 'import'; file: string }
  /** The folder of the workspace that is added, or of the one that is salvaged. */
  | { kind: 'merge' | 'salvage'; from: string }

/** The sheet that is open for such a transfer. */
export const useTransfer = createSharedComposable(() => {
  const { openFiles, openFolder } = useChoosingPaths()
  const transfer = shallowRef<Transfer | null>(null)
  const begin = (next: Transfer) => void (transfer.value = next)
  const end = () => void (transfer.value = null)

  async function chooseZip(): Promise<void> {
    const [file] = await openFiles('workspace')
    if (file) begin({ kind: 'import', file })
  }
  async function chooseOther(): Promise<void> {
    const from = await openFolder('Choose the workspace whose content is added')
    if (from) begin({ kind: 'merge', from })
  }
  return { transfer, begin, end, chooseZip, chooseOther }
})
