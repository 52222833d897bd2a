import { formatCellRef } from '#shared/cellRef.ts'
import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { lengthOf, pointKey, type Heads } from './heads.ts'
import type { DistanceParams } from './params.ts'

/** One point per head. */
export function layerFigure(heads: Heads[], unit: DistanceParams['unit']): FigureSpec {
  return {
    id: 'heads',
    kind: 'scatter',
    title: 'Attention distance by layer',
    x: { label: 'Layer', unit: 'none', scale: 'linear' },
    y:
      unit === 'pixels'
        ? { label: 'Mean attention distance', unit: 'pixels', scale: 'linear', min: 0 }
        : { label: 'Mean attention distance in patches', unit: 'none', scale: 'linear', min: 0 },
    series: heads.map(({ model, maps, distances, images }, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: distances.map(({ layer, head, pixels }) => ({
        x: layer + 1,
        y: pixels / lengthOf(unit, { model, maps }, layer),
        n: images,
        ref: formatCellRef({ modelId: model.id, key: pointKey({ layer, head }, unit) }),
      })),
    })),
    references: [],
    spans: [],
    notes: ['One point per head.'],
    alt: `Mean attention distance of every head by layer, for ${heads.map(({ model }) => model.title).join(', ')}.`,
  }
}

/**
 * The axes of the kernel attention figure: heads of a layer, sorted, from 0 to 1; distance relative to the
 * image's diagonal.
 */
export function sortedFigure(heads: Heads[]): FigureSpec {
  const lines = heads.flatMap(({ model, distances, images }) =>
    [...Map.groupBy(distances, ({ layer }) => layer)].map(([layer, members]) => ({
      model,
      images,
      layer,
      sorted: members.toSorted((a, b) => a.pixels - b.pixels),
    })),
  )
  return {
    id: 'sorted-heads',
    kind: 'lines',
    title: 'Sorted attention distances',
    x: { label: 'Head, sorted', unit: 'none', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Attention distance / diagonal', unit: 'none', scale: 'linear', min: 0 },
    series: lines.map(({ model, images, layer, sorted }, slot) => ({
      id: `${model.id}-${layer}`,
      name: `${model.title}, layer ${layer + 1}`,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: sorted.map(({ head, pixels }, place) => ({
        x: sorted.length === 1 ? 0 : place / (sorted.length - 1),
        y: pixels / Math.hypot(...model.preprocessing.size),
        n: images,
        ref: formatCellRef({ modelId: model.id, key: pointKey({ layer, head }, 'diagonal') }),
      })),
    })),
    references: [],
    spans: [],
    notes: ['Distances over the length of the image’s diagonal.'],
    alt: 'Attention distances of the heads of each layer, sorted.',
  }
}

/** One row per head. */
export function headTable(heads: Heads[]): DataTable {
  return {
    id: 'heads',
    title: 'Attention distance of every head',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'layer', title: 'Layer', kind: 'integer' },
      { key: 'head', title: 'Head', kind: 'integer' },
      { key: 'distance', title: 'Distance, px', kind: 'number' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'patches', title: 'Distance, patches', kind: 'number' },
    ],
    rows: heads.flatMap(({ model, maps, distances, images }) =>
      distances.map(({ layer, head, pixels }) => ({
        model: model.title,
        layer: layer + 1,
        head: head + 1,
        distance: pixels,
        n: images,
        patches: pixels / lengthOf('patches', { model, maps }, layer),
      })),
    ),
  }
}

/** The mean distance over the heads of the last layer, in pixels. */
export const keyOf = (heads: Heads[]): KeyNumber | null =>
  keyNumber(
    'Mean distance in the last layer, px',
    'number',
    heads.map(({ model, distances, images }) => {
      const last = Math.max(...distances.map(({ layer }) => layer))
      const own = distances.filter(({ layer }) => layer === last)
      const value = own.reduce((sum, { pixels }) => sum + pixels, 0) / own.length
      return { modelId: model.id, value, n: images }
    }),
  )
