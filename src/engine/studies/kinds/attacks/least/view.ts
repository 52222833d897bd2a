import { formatCellRef } from '#shared/cellRef.ts'
import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../../../models/index.ts'
import { keyNumber } from '../../../summary/keyNumber.ts'
import { epsilonLabel, normTitles } from '../norms.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { epsilonsTo, lastShown, leastQuantile, rightAt } from './curve.ts'
import type { Least } from './measure.ts'
import type { LeastParams } from './params.ts'

/** What was found for the images of a model. */
export interface ModelLeast {
  model: StoredModel
  least: Least[]
  /** Images of the study. */
  of: number
}

export const pointKey = (epsilon: number): string => `epsilon=${epsilon}`

/** The epsilon of a point; null where there is no such point. Older addresses count places up to the largest. */
export function epsilonOf(key: string, largest: number): number | null {
  const [, name, text] = /^(epsilon|place)=([\d.e+-]+)$/.exec(key) ?? []
  if (name === 'place') return epsilonsTo(largest)[Number(text)] ?? null
  const epsilon = Number(text)
  return name === 'epsilon' && epsilon >= 0 && epsilon <= largest ? epsilon : null
}

/** Accuracy against epsilon: the share of images whose least epsilon is larger. */
export function curveFigure(models: readonly ModelLeast[], chosen: LeastParams): FigureSpec {
  const last = lastShown(
    models.map(({ least }) => least),
    chosen.largest,
  )
  return {
    id: 'least',
    kind: 'lines',
    title: `Accuracy by least epsilon, ${attackTitles[chosen.attack]}`,
    x: { label: epsilonLabel(chosen.norm), unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Right at epsilon', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: models.map(({ model, least, of }, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: false,
      bandLabel: '95 % Wilson interval',
      points: epsilonsTo(last).flatMap((epsilon) => {
        const found = rightAt(least, epsilon)
        if (!found) return []
        const { lo, hi } = found.interval
        const ref = formatCellRef({ modelId: model.id, key: pointKey(epsilon) })
        const n = least.length
        return [{ x: epsilon, y: found.share, lo, hi, n, ...(n < of ? { of } : {}), ref }]
      }),
    })),
    references: [],
    spans: [],
    notes: [
      'An image is right at epsilon where no wrong image with a norm up to epsilon was found: an upper bound of the accuracy under attack.',
      ...(last < chosen.largest
        ? [
            `Up to ${epsilonTitle(chosen.largest, chosen.norm)} was tried; beyond the curve none of these images is right.`,
          ]
        : []),
    ],
    alt: `Share of images whose least epsilon is larger than epsilon, for ${models.map(({ model }) => model.title).join(', ')}.`,
  }
}

export const leastTable = (models: readonly ModelLeast[]): DataTable => ({
  id: 'least',
  title: 'Least epsilon of images that are right without an attack',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'n', title: 'Images', kind: 'integer' },
    { key: 'right', title: 'Right before', kind: 'integer' },
    { key: 'withstood', title: 'At the largest', kind: 'integer' },
    { key: 'lower', title: 'Lower quartile', kind: 'number' },
    { key: 'median', title: 'Median', kind: 'number', better: 'higher' },
    { key: 'lo', title: '95 % from', kind: 'number' },
    { key: 'hi', title: 'to', kind: 'number' },
    { key: 'upper', title: 'Upper quartile', kind: 'number' },
    { key: 'gap', title: 'Widest bracket', kind: 'number' },
  ],
  rows: models.map(({ model, least }) => {
    const median = leastQuantile(least, 0.5)
    const right = least.filter(({ broken }) => broken > 0)
    const brackets = right.flatMap(({ broken, withstood }) =>
      Number.isFinite(broken) ? [Math.max(0, broken - withstood)] : [],
    )
    return {
      ...{ model: model.title, n: least.length, right: right.length },
      withstood: right.filter(({ broken }) => broken === Infinity).length,
      ...{ lower: leastQuantile(least, 0.25).value, upper: leastQuantile(least, 0.75).value },
      ...{ median: median.value, lo: median.lo, hi: median.hi },
      gap: brackets.length > 0 ? Math.max(...brackets) : null,
    }
  }),
})

/** The median, or where it lies beyond the largest epsilon of a model, the share that is right there. */
export function keyOf(models: readonly ModelLeast[], { norm, largest }: LeastParams): KeyNumber | null {
  const medians = models.map(({ model, least }) => ({
    modelId: model.id,
    value: leastQuantile(least, 0.5).value,
    n: least.filter(({ broken }) => broken > 0).length,
  }))
  if (medians.every(({ value }) => value !== null))
    return keyNumber(`Median least epsilon, ${normTitles[norm]}`, 'number', medians)
  return keyNumber(
    `Right at ${epsilonTitle(largest, norm)}`,
    'fraction',
    models.map(({ model, least }) => ({
      modelId: model.id,
      value: rightAt(least, largest)?.share,
      n: least.length,
    })),
  )
}
