import { createSharedComposable, until } from '@vueuse/core'
import { ref, shallowRef } from 'vue'
import { fromErrorShape, type ErrorShape } from '#shared/errors.ts'
import { bridge } from '../../lib/bridge.ts'
import { useEngineStore } from '../../lib/stores/engine.ts'

/** Time in milliseconds for the page to get its port to an engine that answers the shell. */
const portWithinMs = 20_000

/** Chooses the machine whose engine this window uses. */
export const useFarMachine = createSharedComposable(() => {
  const engineStore = useEngineStore()
  /** The address that is being connected to; null while none is. */
  const connecting = ref<string | null>(null)
  /** Why the last try failed, and its address. */
  const failed = shallowRef<{ address: string; problem: ErrorShape } | null>(null)

  async function use(address: string | null): Promise<string | null> {
    const before = engineStore.generation
    const answer = await bridge.useEngine(address)
    if ('problem' in answer) {
      if (address !== null && answer.problem.code !== 'CANCELLED')
        failed.value = { address, problem: answer.problem }
      throw fromErrorShape(answer.problem)
    }
    // Calls before it would go to the last engine.
    await until(() => engineStore.generation > before).toBe(true, { timeout: portWithinMs })
    return answer.workspace
  }

  /**
   * Uses the engine of an address. Returns the folder of the workspace that the address names, as a path there.
   *
   * @throws REMOTE_REFUSED, REMOTE_MISSING, REMOTE_LOST, USAGE, CANCELLED
   */
  async function connect(address: string): Promise<string | null> {
    connecting.value = address
    failed.value = null
    try {
      return await use(address)
    } finally {
      connecting.value = null
    }
  }

  /** Uses the engine of this machine. */
  const leave = () => use(null)
  const cancel = () => void bridge.stopConnecting()

  return { connecting, failed, connect, leave, cancel }
})
