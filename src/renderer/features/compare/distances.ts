import type { DataTable, KernelLayer } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'

export type LayerChoice = 'ends' | 'all' | 'first' | 'last'

/**
 * The layers of a model that are plotted: the two first and two last (as in the paper's Fig. 9), all, the first or the
 * last.
 */
export function chosenLayers(layers: readonly KernelLayer[], choice: LayerChoice): KernelLayer[] {
  switch (choice) {
    case 'all':
      return [...layers]
    case 'first':
      return layers.slice(0, 1)
    case 'last':
      return layers.slice(-1)
    case 'ends':
      return layers.length <= 4 ? [...layers] : [...layers.slice(0, 2), ...layers.slice(-2)]
  }
}

/** One row per layer of every model: smallest, median and largest distance, and the distance of equal weights. */
export const distanceTable = (
  models: readonly { title: string; layers: readonly KernelLayer[] }[],
): DataTable => ({
  id: 'distances',
  title: 'Kernel attention distance per layer',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'layer', title: 'Layer', kind: 'integer' },
    { key: 'kernel', title: 'Kernel', kind: 'integer' },
    { key: 'channels', title: 'Channels', kind: 'integer' },
    { key: 'min', title: 'Smallest', kind: 'number' },
    { key: 'median', title: 'Median', kind: 'number' },
    { key: 'max', title: 'Largest', kind: 'number' },
    { key: 'uniform', title: 'Equal weights', kind: 'number' },
  ],
  rows: models.flatMap(({ title, layers }) =>
    layers.map(({ index, kernel, channels, distance, uniform }) => ({
      model: title,
      layer: index + 1,
      kernel,
      channels,
      min: distance[0] ?? null,
      median: medianOf(distance),
      max: distance.at(-1) ?? null,
      uniform,
    })),
  ),
})

/** Median of ascending numbers; null where there are none. */
function medianOf(sorted: readonly number[]): number | null {
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

/** A figure of an attention distance study with the series of some models only; null where it has none of them. */
export function ofModels(figure: FigureSpec, ids: readonly number[]): FigureSpec | null {
  const series = figure.series.filter(({ id }) => ids.includes(Number(/^\d+/.exec(id)?.[0])))
  return series.length > 0 ? { ...figure, series } : null
}
