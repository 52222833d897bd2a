import type { FigureSpec } from '../spec.ts'

/** Kernels of a depthwise layer: float32 weights [channels, kernel, kernel], row by row. */
export interface SheetKernels {
  name: string
  kernel: number
  weights: Float32Array
  /** The channels to show, in order. */
  channels: readonly number[]
}

/**
 * Kernels side by side as one heatmap, with a diverging map that is symmetric about zero and one empty cell between
 * neighbours. A row of kernels is named by its first index.
 *
 * @param scale kernel: weights are divided by the largest absolute weight of their kernel; layer: weights are unchanged
 */
export function kernelSheetSpec(
  { name, kernel, weights, channels }: SheetKernels,
  modelTitle: string,
  order: 'channel' | 'distance',
  scale: 'kernel' | 'layer',
): FigureSpec {
  const across = Math.max(1, Math.ceil(Math.sqrt(channels.length * 1.6)))
  const down = Math.ceil(channels.length / across)
  const pitch = kernel + 1
  const [columns, rows] = [across * pitch - 1, down * pitch - 1]
  const values: (number | null)[] = Array<null>(columns * rows).fill(null)
  const largestOf = (channel: number) =>
    weights
      .subarray(channel * kernel * kernel, (channel + 1) * kernel * kernel)
      .reduce((most, w) => Math.max(most, Math.abs(w)), 0)
  const unitOf = (channel: number) => (scale === 'kernel' ? largestOf(channel) || 1 : 1)
  channels.forEach((channel, place) => {
    const [left, top] = [(place % across) * pitch, Math.floor(place / across) * pitch]
    for (let y = 0; y < kernel; y++)
      for (let x = 0; x < kernel; x++)
        values[(top + y) * columns + left + x] =
          (weights[(channel * kernel + y) * kernel + x] ?? Number.NaN) / unitOf(channel)
  })
  const middle = Math.floor(kernel / 2)
  const named = (count: number, length: number, label: (tile: number) => string) =>
    Array.from({ length }, (_, at) =>
      at % pitch === middle && Math.floor(at / pitch) < count ? label(Math.floor(at / pitch)) : '',
    )
  const largest = Math.max(0, ...channels.map(largestOf))
  return {
    id: 'kernel-sheet',
    kind: 'heatmap',
    title: `Kernels of ${name}`,
    x: { label: 'Place in the row', unit: 'none', scale: 'category' },
    y: { label: 'First place of the row', unit: 'none', scale: 'category' },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: named(down, rows, (tile) => String(tile * across)),
      columns: named(across, columns, (tile) => String(tile)),
      values,
      map: 'diverging',
      label: scale === 'kernel' ? 'Weight / largest of its kernel' : 'Weight',
    },
    notes: [
      `${channels.length} kernels of ${kernel}×${kernel} weights, ${modelTitle}, ${
        order === 'channel' ? 'in order of their channels' : 'in order of their attention distance'
      }; ${scale === 'kernel' ? 'each over its own largest absolute weight' : 'one scale for all'}, symmetric about zero.`,
    ],
    alt: `${channels.length} kernels of ${kernel}×${kernel}; largest absolute weight ${largest.toPrecision(3)}`,
  }
}
