import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { isControl, titleOf } from './params.ts'
import { measuresOf } from './stored.ts'
import { estimatesOfColumns, type Estimate, type Scored } from './summary.ts'

const bounds = (name: string, estimate: Estimate | null | undefined) => ({
  [name]: estimate?.value ?? null,
  [`${name}Lo`]: estimate?.interval?.lo ?? null,
  [`${name}Hi`]: estimate?.interval?.hi ?? null,
})

/** Columns of a number with the bounds of its interval. */
const columns = (key: string, title: string, kind: 'number' | 'fraction', better?: 'higher' | 'lower') => [
  { key, title, kind, ...(better ? { better } : {}) },
  { key: `${key}Lo`, title: `${title}, from`, kind },
  { key: `${key}Hi`, title: `${title}, to`, kind },
]

const named = [
  { key: 'model', title: 'Model', kind: 'text' as const },
  { key: 'method', title: 'Map', kind: 'text' as const },
  { key: 'images', title: 'Images', kind: 'integer' as const },
]

/** All scores of all maps. */
export const scoreTable = (scored: readonly Scored[]): DataTable => ({
  id: 'scores',
  title: 'Scores of the maps',
  columns: [
    ...named,
    ...columns('deletion', 'Deletion', 'number', 'lower'),
    ...columns('insertion', 'Insertion', 'number', 'higher'),
    ...columns('pointing', 'Pointing', 'fraction', 'higher'),
    { key: 'boxes', title: 'Images with boxes', kind: 'integer' },
    ...columns('sanity', 'Like that of a random network', 'number'),
  ],
  rows: scored.map((one) => ({
    ...{ model: one.model.title, method: titleOf(one.orderer), images: one.images.length },
    ...bounds('deletion', one.deletion),
    ...bounds('insertion', one.insertion),
    ...bounds('pointing', one.pointing),
    boxes: one.pointing?.of ?? 0,
    ...bounds('sanity', one.sanity.at(-1)),
  })),
})

/** Each map against the random map on the images that both have. */
export async function gainTable(scored: readonly Scored[]): Promise<DataTable> {
  const rows: DataTable['rows'] = []
  for (const own of Map.groupBy(scored, ({ model }) => model.id).values()) {
    const random = own.find(({ orderer }) => orderer === 'random')
    const known = new Map(random?.images.map(({ image, scores }) => [image.exampleId, measuresOf(scores)]))
    for (const { model, orderer, images } of own) {
      if (isControl(orderer)) continue
      const pairs = images.flatMap(({ image, scores }) => {
        const other = known.get(image.exampleId)
        return other ? [{ own: measuresOf(scores), other }] : []
      })
      const [deletion, insertion] = await estimatesOfColumns([
        pairs.map((pair) => pair.own.deletion - pair.other.deletion),
        pairs.map((pair) => pair.own.insertion - pair.other.insertion),
      ])
      rows.push({
        ...{ model: model.title, method: titleOf(orderer), images: pairs.length },
        ...bounds('deletion', deletion),
        ...bounds('insertion', insertion),
      })
    }
  }
  return {
    id: 'gain',
    title: 'Difference from the random map',
    columns: [
      ...named,
      ...columns('deletion', 'Deletion', 'number', 'lower'),
      ...columns('insertion', 'Insertion', 'number', 'higher'),
    ],
    rows,
  }
}

/** The insertion area of the best method of each model. */
export const keyOf = (scored: readonly Scored[], models: readonly StoredModel[]): KeyNumber | null =>
  keyNumber(
    'Insertion area of the best map',
    'number',
    models.map((model) => {
      const [best] = scored
        .filter((one) => one.model.id === model.id && !isControl(one.orderer) && one.insertion)
        .sort((a, b) => (b.insertion?.value ?? 0) - (a.insertion?.value ?? 0))
      return { modelId: model.id, value: best?.insertion?.value, n: best?.images.length ?? null }
    }),
  )
