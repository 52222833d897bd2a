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
  { key: `${key}Lo`, title: '95 % from', kind },
  { key: `${key}Hi`, title: 'to', kind },
]

const modelColumn = { key: 'model', title: 'Model', kind: 'text' as const }
const mapColumn = { key: 'method', title: 'Map', kind: 'text' as const }
const imagesColumn = { key: 'images', title: 'Images', kind: 'integer' as const }

/** All scores of all maps. */
export const scoreTable = (scored: readonly Scored[]): DataTable => ({
  id: 'scores',
  title: 'Scores of the maps',
  comparedWithin: ['model'],
  columns: [
    ...[modelColumn, mapColumn, imagesColumn],
    ...columns('deletion', 'Deletion', 'number', 'lower'),
    ...columns('insertion', 'Insertion', 'number', 'higher'),
    ...(scored.some(({ pointing }) => pointing !== null)
      ? [
          ...columns('pointing', 'Pointing', 'fraction', 'higher'),
          { key: 'boxes', title: 'Images with boxes', kind: 'integer' as const },
        ]
      : []),
    ...(scored.some(({ sanity }) => sanity.length > 0)
      ? columns('sanity', 'Like that of a random network', 'number')
      : []),
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

/** The differences of two maps' areas on the images that both have, the first minus the second. */
async function differenceOf(a: Scored, b: Scored) {
  const known = new Map(b.images.map(({ image, scores }) => [image.exampleId, measuresOf(scores)]))
  const pairs = a.images.flatMap(({ image, scores }) => {
    const other = known.get(image.exampleId)
    return other ? [{ own: measuresOf(scores), other }] : []
  })
  const [deletion, insertion] = await estimatesOfColumns([
    pairs.map((pair) => pair.own.deletion - pair.other.deletion),
    pairs.map((pair) => pair.own.insertion - pair.other.insertion),
  ])
  return { images: pairs.length, ...bounds('deletion', deletion), ...bounds('insertion', insertion) }
}

/** Each two maps of a model, image by image; the random map and the middle of the image come second. */
export async function differenceTable(scored: readonly Scored[]): Promise<DataTable> {
  const rows: DataTable['rows'] = []
  for (const own of Map.groupBy(scored, ({ model }) => model.id).values())
    for (const [at, a] of own.entries())
      for (const b of own.slice(at + 1))
        if (!isControl(a.orderer))
          rows.push({
            ...{ model: a.model.title, method: titleOf(a.orderer), other: titleOf(b.orderer) },
            ...(await differenceOf(a, b)),
          })
  return {
    id: 'differences',
    title: 'Differences between maps of a model',
    columns: [
      ...[modelColumn, mapColumn, { key: 'other', title: 'minus', kind: 'text' as const }, imagesColumn],
      ...columns('deletion', 'Deletion', 'number'),
      ...columns('insertion', 'Insertion', 'number'),
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
