import { className } from '#shared/classNames.ts'
import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { quantile } from '#shared/maths/quantile.ts'
import { spearman } from '#shared/maths/ranks.ts'
import type { StoredModel } from '../../../models/index.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { gridOf } from './measure.ts'
import { pictureColumn } from './pictures.ts'
import { titleOf, type MethodName } from './params.ts'
import type { StudyImage } from '../../../facts/index.ts'

/** The maps of one method, by model and then by example id. */
export interface MethodMaps {
  name: MethodName
  models: { model: StoredModel; maps: Map<number, Float64Array> }[]
}

/** The quantile at which colours end. Otherwise a few pixels would leave the rest dark. */
const brightest = 0.995

/**
 * All maps of a method as one figure. Rows are images. The first column is the first model's input, the other
 * columns are the models. Each map is divided by its own 99.5th percentile.
 */
export function galleryFigure(
  { name, models }: MethodMaps,
  images: readonly StudyImage[],
  pictures: ReadonlyMap<number, Buffer>,
): FigureSpec {
  const [height, width] = models[0] ? gridOf(models[0].model) : [1, 1]
  const gap = Math.max(1, Math.round(width / 24))
  const titles = ['Image', ...models.map(({ model }) => model.title)]
  const [rows, columns] = [images.length * (height + gap) - gap, titles.length * (width + gap) - gap]
  const values: (number | null)[] = new Array<number | null>(Math.max(0, rows * columns)).fill(null)
  for (const [down, image] of images.entries())
    for (const [across, { model, maps }] of models.entries()) {
      const map = maps.get(image.exampleId)
      const [own, side] = gridOf(model)
      if (!map) continue
      const top = quantile(map.toSorted(), brightest, 'above') || 1
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const from = Math.floor((row * own) / height) * side + Math.floor((column * side) / width)
          values[(down * (height + gap) + row) * columns + (across + 1) * (width + gap) + column] = Math.min(
            1,
            (map[from] ?? 0) / top,
          )
        }
    }
  const named = (count: number, size: number, title: (place: number) => string) =>
    Array.from({ length: Math.max(0, count * (size + gap) - gap) }, (_, at) =>
      at % (size + gap) === Math.floor(size / 2) ? title(Math.floor(at / (size + gap))) : '',
    )
  return {
    id: `gallery-${name}`,
    kind: 'heatmap',
    title: titleOf(name),
    x: { label: 'Model', unit: 'none', scale: 'category' },
    y: { label: 'Image', unit: 'none', scale: 'category' },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: named(images.length, height, (place) => className(images[place]?.className ?? '')),
      columns: named(titles.length, width, (place) => titles[place] ?? ''),
      values,
      pictures: pictureColumn(images, pictures, { height, width, gap }),
      map: 'sequential',
      label: 'Sum of |map| over channels, relative',
    },
    notes: ['Every map over its own 99.5th percentile.'],
    alt: `${titleOf(name)} maps of ${images.length} images and ${models.length} models, the images beside them.`,
  }
}

/**
 * The share of a map's sum that lies in the tenth of its cells with the largest values: 0.1 = evenly spread,
 * 1 = all.
 */
export function concentration(map: Float64Array): number {
  const sorted = map.toSorted().reverse()
  const total = sorted.reduce((sum, value) => sum + value, 0)
  const top = sorted.subarray(0, Math.ceil(sorted.length / 10)).reduce((sum, value) => sum + value, 0)
  return total === 0 ? 0 : top / total
}

/** The concentration of the maps of some images. */
const sharesOf = (maps: ReadonlyMap<number, Float64Array>, images: readonly StudyImage[]): number[] =>
  images.flatMap(({ exampleId }) => {
    const map = maps.get(exampleId)
    return map ? [concentration(map)] : []
  })

/** The mean concentration of the first method. */
export function keyOf([first]: MethodMaps[], images: readonly StudyImage[]): KeyNumber | null {
  if (!first) return null
  return keyNumber(
    `Share of the map on a tenth of the picture, ${titleOf(first.name)}`,
    'fraction',
    first.models.map(({ model, maps }) => {
      const shares = sharesOf(maps, images)
      return { modelId: model.id, value: mean(shares), n: shares.length }
    }),
  )
}

export function concentrationTable(methods: MethodMaps[], images: readonly StudyImage[]): DataTable {
  return {
    id: 'concentration',
    title: 'Share of the map on a tenth of the picture',
    columns: [
      { key: 'method', title: 'Method', kind: 'text' },
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'images', title: 'Images', kind: 'integer' },
      { key: 'mean', title: 'Mean', kind: 'fraction' },
      { key: 'min', title: 'Lowest', kind: 'fraction' },
      { key: 'max', title: 'Highest', kind: 'fraction' },
    ],
    rows: methods.flatMap(({ name, models }) =>
      models.map(({ model, maps }) => {
        const shares = sharesOf(maps, images)
        return {
          method: titleOf(name),
          model: model.title,
          images: shares.length,
          mean: mean(shares),
          min: shares.length > 0 ? Math.min(...shares) : null,
          max: shares.length > 0 ? Math.max(...shares) : null,
        }
      }),
    ),
  }
}

/**
 * The agreement of two models: Spearman's rank correlation of their maps over cells, averaged over images.
 */
export function agreementTable(methods: MethodMaps[], images: readonly StudyImage[]): DataTable {
  return {
    id: 'agreement',
    title: 'Agreement of the models',
    columns: [
      { key: 'method', title: 'Method', kind: 'text' },
      { key: 'a', title: 'Model', kind: 'text' },
      { key: 'b', title: 'and', kind: 'text' },
      { key: 'images', title: 'Images', kind: 'integer' },
      { key: 'rho', title: 'Rank correlation', kind: 'number' },
    ],
    rows: methods.flatMap(({ name, models }) =>
      models.flatMap((a, place) =>
        models.slice(place + 1).map((b) => {
          const found = images.flatMap(({ exampleId }) => {
            const [left, right] = [a.maps.get(exampleId), b.maps.get(exampleId)]
            return left && right && left.length === right.length ? [spearman(left, right)] : []
          })
          const method = titleOf(name)
          return { method, a: a.model.title, b: b.model.title, images: found.length, rho: mean(found) }
        }),
      ),
    ),
  }
}

const mean = (values: number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
