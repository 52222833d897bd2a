import { computed } from 'vue'
import { signedMap } from '#shared/colour/list.ts'
import type { KernelLayer } from '#shared/contract/index.ts'
import { useQueryChoice, useQueryText } from '../../lib/useQuery.ts'
import { significant } from '../../lib/format.ts'
import { byLargest, channelNorms, sharedLimit } from '../kernels/difference.ts'
import type { KernelSheet } from '../kernels/paint.ts'
import { useSheetDrawing } from '../kernels/useSheetDrawing.ts'
import type { useSheetPair } from './useSheetPair.ts'

type SheetPair = ReturnType<typeof useSheetPair>

/** How the sheets of a pair are painted, and the chosen channel, both from the address. */
export function useSheetStyle({ pair, weights, titles }: SheetPair) {
  const { map, range, zoom } = useSheetDrawing()
  const sort = useQueryChoice('sort', ['channel', 'difference'])
  const channelText = useQueryText('channel')

  const limit = computed(() => {
    const both = [weights.sheets.value.a, weights.sheets.value.b].flatMap((sheet) => sheet ?? [])
    return range.value === 'own' || both.length === 0 ? undefined : sharedLimit(both, range.value)
  })
  const painting = computed(() => ({ map: map.value, range: range.value, limit: limit.value }))
  /** The difference is signed and has the scale of the sheets, so a pale weight differs little compared with them. */
  const differencePainting = computed(() => ({
    map: signedMap,
    range: range.value,
    limit: limit.value,
  }))

  const orderOf = (channels: number) =>
    sort.value === 'difference' && weights.difference.value
      ? byLargest(channelNorms(weights.difference.value))
      : Array.from({ length: channels }, (_, channel) => channel)
  const channel = computed<number | null>({
    get: () => (/^\d+$/.test(channelText.value) ? Number(channelText.value) : null),
    set: (next) => (channelText.value = next === null ? '' : String(next)),
  })

  const shown = computed(() => {
    const { a, b } = titles.value
    const { difference, apart, sheets } = weights
    const one = (title: string, sheet: KernelSheet | null, layer: KernelLayer | null) =>
      sheet && layer
        ? [
            {
              title,
              sheet,
              layer,
              painting: painting.value,
              detail: `${layer.kernel} × ${layer.kernel}, ${layer.channels} channels`,
            },
          ]
        : []
    return [
      ...one(a, sheets.value.a, pair.layers.value.a),
      ...one(b, sheets.value.b, pair.layers.value.b),
      ...(difference.value
        ? [
            {
              title: `${a} − ${b}`,
              sheet: difference.value,
              layer: null,
              painting: differencePainting.value,
              detail: `norm ${significant(apart.value?.relative, 3)} of the first, correlation ${significant(apart.value?.correlation, 2)}`,
            },
          ]
        : []),
    ]
  })
  function step(by: number) {
    const order = orderOf(Math.max(...shown.value.map(({ sheet }) => sheet.channels)))
    const place = order.indexOf(channel.value ?? 0) + by
    channel.value = order[Math.max(0, Math.min(order.length - 1, place))] ?? null
  }
  return { sort, zoom, limit, orderOf, channel, shown, step }
}
