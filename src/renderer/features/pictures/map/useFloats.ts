import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { errorShape } from '#shared/contract/common.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isAbort, toKernelscopeError } from '../../../lib/engine/index.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'

/** Float32 values from the byte server, with their shape. */
export interface Floats {
  values: Float32Array
  shape: number[]
}

/**
 * Fetches the values at a byte address, and fetches them again when the address or `of` changes; null fetches nothing.
 * `expired` is called when the engine no longer has the values, so that they can be computed again.
 */
export function useFloats(
  path: () => string | null,
  { of, expired }: { of: () => unknown; expired: () => void },
) {
  const floats = shallowRef<Floats | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pending = ref(false)
  let controller = new AbortController()
  /** Whether the values have already been computed again. If they are still missing then, that is an error. */
  let again = false

  async function load(): Promise<void> {
    controller.abort()
    const own = (controller = new AbortController())
    const address = path()
    if (address === null) {
      floats.value = null
      error.value = null
      pending.value = false
      return
    }
    pending.value = true
    try {
      const loaded = await fetchFloats(address, own.signal)
      if (own.signal.aborted) return
      floats.value = loaded
      error.value = null
      again = false
    } catch (thrown) {
      if (own.signal.aborted || isAbort(thrown)) return
      const problem = toKernelscopeError(thrown)
      if (problem.code === 'MAP_EXPIRED' && !again) {
        again = true
        return expired()
      }
      again = false
      floats.value = null
      error.value = problem
    } finally {
      if (controller === own) pending.value = false
    }
  }

  watch([path, of], load, { immediate: true })
  const engineStore = useEngineStore()
  watch(
    () => engineStore.generation,
    () => {
      if (error.value) void load()
    },
  )
  onScopeDispose(() => controller.abort())
  return { floats, error, pending }
}

/**
 * Fetches little-endian float32 values and the shape from their header.
 * @throws the byte server's code where it refuses, INTERNAL where values and shape do not fit
 */
export async function fetchFloats(path: string, signal: AbortSignal): Promise<Floats> {
  const response = await fetch(path, { signal })
  if (!response.ok) throw await refusal(path, response)
  const shape = (response.headers.get('x-shape') ?? '').split(',').map(Number)
  const values = new Float32Array(await response.arrayBuffer())
  if (shape.reduce((product, size) => product * size, 1) !== values.length)
    throw new KernelscopeError(
      'INTERNAL',
      `${path}: ${values.length} numbers for the shape [${shape.join(', ')}]`,
    )
  return { values, shape }
}

async function refusal(path: string, response: Response): Promise<KernelscopeError> {
  if (response.status === 503) return new KernelscopeError('ENGINE_DOWN', 'the engine did not answer in time')
  const text = await response.text()
  const told = errorShape.safeParse(parsed(text))
  if (!told.success)
    return new KernelscopeError('INTERNAL', `${path}: status ${response.status}`, { details: text })
  const { code, message, hint, details } = told.data
  return new KernelscopeError(code, message, { hint, ...(details ? { details } : {}) })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
