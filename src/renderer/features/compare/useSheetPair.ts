import { computed } from 'vue'
import type { KernelLayer } from '#shared/contract/index.ts'
import { useResource } from '../../lib/useResource.ts'
import { useQueryText } from '../../lib/useQuery.ts'
import { engine } from '../../lib/engine/index.ts'
import { differenceRefusal, sheetDifference, sheetDistance } from '../kernels/difference.ts'
import { useKernelSheet } from '../kernels/useKernelSheet.ts'
import { useCompared } from './useCompared.ts'

/** The same layer of the two compared models: both sheets, and their difference where the shapes agree. */
export function useSheetPair() {
  const { first, second } = useCompared()
  const layerText = useQueryText('layer', '0')
  const { data, error, reload } = useResource(
    async (signal) => {
      const [a, b] = [first.value, second.value]
      if (!a || !b) return null
      const [left, right] = await Promise.all([
        engine.models.kernels({ id: a.id }, { signal }),
        engine.models.kernels({ id: b.id }, { signal }),
      ])
      return { a: left.layers, b: right.layers }
    },
    { on: [() => first.value?.digest, () => second.value?.digest], fresh: true },
  )
  const count = computed(() => Math.max(data.value?.a.length ?? 0, data.value?.b.length ?? 0))
  const index = computed({
    get: () => Math.max(0, Math.min(count.value - 1, Number(layerText.value) || 0)),
    set: (next) => (layerText.value = String(next)),
  })
  const layers = computed(() => ({
    a: data.value?.a[index.value] ?? null,
    b: data.value?.b[index.value] ?? null,
  }))
  const left = useKernelSheet(
    () => first.value?.id ?? 0,
    () => layers.value.a,
  )
  const right = useKernelSheet(
    () => second.value?.id ?? 0,
    () => layers.value.b,
  )
  const sheets = computed(() => ({ a: left.sheet.value, b: right.sheet.value }))
  const refusal = computed(() => {
    const { a, b } = sheets.value
    if (!layers.value.a || !layers.value.b) return 'One of the models has no layer of this number.'
    return a && b ? differenceRefusal(a, b) : null
  })
  const difference = computed(() => {
    const { a, b } = sheets.value
    return a && b && refusal.value === null ? sheetDifference(a, b) : null
  })
  const apart = computed(() => {
    const { a, b } = sheets.value
    return a && b && difference.value ? sheetDistance(a, b) : null
  })
  return {
    /** Depthwise layers of both models, with the state of loading them. */
    pair: { data, error, reload, count, index, layers },
    /** Weights of the chosen layer. */
    weights: {
      sheets,
      difference,
      apart,
      refusal,
      error: computed(() => left.error.value ?? right.error.value),
      pending: computed(() => left.pending.value || right.pending.value),
      reload: () => void Promise.all([left.load(), right.load()]),
    },
    titles: computed(() => ({ a: first.value?.title ?? '', b: second.value?.title ?? '' })),
  }
}

/** Attention distance of a channel of a layer; null where the channel has none. */
export function distanceOf(layer: KernelLayer | null, channel: number): number | null {
  const place = layer?.order.indexOf(channel) ?? -1
  return place >= 0 ? (layer?.distance[place] ?? null) : null
}
