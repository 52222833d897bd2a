import { shallowRef, watch, onScopeDispose, ref } from 'vue'
import type { KernelForm, KernelLayer } from '#shared/contract/index.ts'
import { kernelsPath } from '#shared/bytes.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isAbort, toKernelscopeError } from '../../lib/engine/index.ts'
import type { KernelSheet } from './paint.ts'

/** The raw weights of a layer, fetched again when the layer changes. */
export function useKernelSheet(
  modelId: () => number,
  layer: () => KernelLayer | null,
  form: () => KernelForm = () => 'raw',
) {
  const sheet = shallowRef<KernelSheet | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pending = ref(false)
  let controller = new AbortController()

  async function load(): Promise<void> {
    controller.abort()
    const own = (controller = new AbortController())
    const wanted = layer()
    if (!wanted) return void (sheet.value = null)
    pending.value = true
    try {
      const weights = await fetchWeights(kernelsPath(modelId(), wanted.index, form()), wanted, own.signal)
      if (own.signal.aborted) return
      sheet.value = { channels: wanted.channels, kernel: wanted.kernel, weights }
      error.value = null
    } catch (thrown) {
      if (own.signal.aborted || isAbort(thrown)) return
      sheet.value = null
      error.value = toKernelscopeError(thrown)
    } finally {
      if (controller === own) pending.value = false
    }
  }

  watch(() => [modelId(), layer()?.index, layer()?.kernel, form()], load, { immediate: true })
  onScopeDispose(() => controller.abort())
  return { sheet, error, pending, load }
}

async function fetchWeights(path: string, layer: KernelLayer, signal: AbortSignal): Promise<Float32Array> {
  const response = await fetch(path, { signal })
  if (!response.ok) {
    throw new KernelscopeError('INTERNAL', `${layer.weight}: the weights could not be read`, {
      details: `${response.status} ${await response.text()}`,
    })
  }
  const buffer = await response.arrayBuffer()
  const expected = 4 * layer.channels * layer.kernel ** 2
  if (buffer.byteLength !== expected) {
    throw new KernelscopeError(
      'INTERNAL',
      `${layer.weight}: ${buffer.byteLength} bytes instead of ${expected}`,
    )
  }
  return new Float32Array(buffer)
}
