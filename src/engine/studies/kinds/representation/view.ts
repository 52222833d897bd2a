import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import type { Compared } from './compare.ts'

/** CKA of all layers of two models: rows from the first layer at the top. */
export function similarityFigure({ a, b, images, batches, similar }: Compared): FigureSpec {
  const one = a.model.id === b.model.id
  const title = one ? `Layers of ${a.model.title}` : `${a.model.title} and ${b.model.title}`
  const names = (layers: readonly unknown[]) => layers.map((_, index) => String(index + 1))
  return {
    id: `cka-${a.model.id}-${b.model.id}`,
    kind: 'heatmap',
    title,
    x: { label: `Layer of ${b.model.title}`, unit: 'none', scale: 'category' },
    y: { label: `Layer of ${a.model.title}`, unit: 'none', scale: 'category' },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: names(a.layers),
      columns: names(b.layers),
      values: similar.flatMap((row) => row.map(({ value }) => (Number.isFinite(value) ? value : null))),
      map: 'sequential',
      label: 'Linear CKA',
      range: { min: 0, max: 1 },
    },
    notes: [
      `Minibatch CKA with the unbiased HSIC over ${images} images in ${batches} ${batches === 1 ? 'batch' : 'batches'}.`,
      'Layers count in order of depth; the table names them. Below 0 is estimation error.',
    ],
    alt: `Linear CKA of each layer of ${a.model.title} with each layer of ${b.model.title}.`,
  }
}

/** The same seen from the other model. */
const turned = ({ a, b, similar, ...rest }: Compared): Compared => ({
  ...rest,
  a: b,
  b: a,
  similar: b.layers.map((_, j) => similar.flatMap((row) => row[j] ?? [])),
})

/** For each layer of a model the layer of each other one that is most similar to it. */
export const nearestTable = (pairs: readonly Compared[]): DataTable => ({
  id: 'nearest',
  title: 'Most similar layers',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'layer', title: 'Layer', kind: 'integer' },
    { key: 'kind', title: 'Kind', kind: 'text' },
    { key: 'tensor', title: 'Tensor', kind: 'text' },
    { key: 'other', title: 'Other model', kind: 'text' },
    { key: 'nearest', title: 'Its layer', kind: 'integer' },
    { key: 'depth', title: 'At a depth of', kind: 'fraction' },
    { key: 'cka', title: 'CKA', kind: 'number' },
    { key: 'error', title: 'Standard error', kind: 'number' },
    { key: 'n', title: 'Images', kind: 'integer' },
  ],
  rows: pairs
    .filter(({ a, b }) => a.model.id !== b.model.id)
    .flatMap((pair) => [pair, turned(pair)])
    .flatMap(({ a, b, images, similar }) =>
      similar.map((row, layer) => {
        const [nearest] = [...row.entries()].sort(([, p], [, q]) => q.value - p.value)
        return {
          ...{ model: a.model.title, layer: layer + 1, kind: a.layers[layer]?.kind ?? '' },
          ...{ tensor: a.layers[layer]?.tensor ?? '', other: b.model.title },
          nearest: nearest ? nearest[0] + 1 : null,
          depth: nearest && row.length > 1 ? nearest[0] / (row.length - 1) : null,
          ...{ cka: nearest?.[1].value ?? null, error: nearest?.[1].error ?? null, n: images },
        }
      }),
    ),
})

/** How alike a model's neighbouring layers are: the mean CKA of a layer with the next one. */
export const keyOf = (pairs: readonly Compared[]): KeyNumber | null =>
  keyNumber(
    'Mean CKA of a layer with the next one',
    'number',
    pairs
      .filter(({ a, b }) => a.model.id === b.model.id)
      .map(({ a, images, similar }) => {
        const next = similar.slice(0, -1).map((row, layer) => row[layer + 1]?.value ?? Number.NaN)
        const value = next.reduce((sum, one) => sum + one, 0) / next.length
        return { modelId: a.model.id, value, n: images }
      }),
  )
