import type { DataTable, KernelLayer } from '#shared/contract/index.ts'
import { channelNorms, differenceRefusal, sheetDifference } from '../kernels/difference.ts'
import type { KernelSheet } from '../kernels/paint.ts'

interface Pair<T> {
  a: T | null
  b: T | null
}

/**
 * A table of every channel of two layers: attention distance and norm in each layer, and the norm of the difference
 * where the shapes agree.
 */
export function channelTable(
  sheets: Pair<KernelSheet>,
  layers: Pair<KernelLayer>,
  titles: { a: string; b: string },
): DataTable {
  const norms = { a: sheets.a ? channelNorms(sheets.a) : null, b: sheets.b ? channelNorms(sheets.b) : null }
  const apart =
    sheets.a && sheets.b && differenceRefusal(sheets.a, sheets.b) === null
      ? channelNorms(sheetDifference(sheets.a, sheets.b))
      : null
  const distances = { a: distanceByChannel(layers.a), b: distanceByChannel(layers.b) }
  const channels = Math.max(sheets.a?.channels ?? 0, sheets.b?.channels ?? 0)
  return {
    id: 'channels',
    title: `Channels of ${titles.a} and ${titles.b}`,
    columns: [
      { key: 'channel', title: 'Channel', kind: 'integer' },
      { key: 'a_distance', title: `Distance, ${titles.a}`, kind: 'number' },
      { key: 'b_distance', title: `Distance, ${titles.b}`, kind: 'number' },
      { key: 'a_norm', title: `Norm, ${titles.a}`, kind: 'number' },
      { key: 'b_norm', title: `Norm, ${titles.b}`, kind: 'number' },
      { key: 'difference_norm', title: 'Norm of the difference', kind: 'number' },
    ],
    rows: Array.from({ length: channels }, (_, channel) => ({
      channel,
      a_distance: distances.a.get(channel) ?? null,
      b_distance: distances.b.get(channel) ?? null,
      a_norm: norms.a?.[channel] ?? null,
      b_norm: norms.b?.[channel] ?? null,
      difference_norm: apart?.[channel] ?? null,
    })),
  }
}

const distanceByChannel = (layer: KernelLayer | null): ReadonlyMap<number, number> =>
  new Map(layer?.order.map((channel, place) => [channel, layer.distance[place] ?? 0]))
