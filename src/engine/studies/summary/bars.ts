import type { Interval, ReportedValue } from '#shared/contract/index.ts'
import type { Axis, FigureSpec, Point, Series } from '#shared/figures/spec.ts'
import type { GridModel } from '../definition/index.ts'

/** One bar of one model; `undefined` leaves its place empty. */
export interface Bar {
  value: number | null
  interval?: Interval | null
  n?: number | undefined
  /** Number of images that are planned, where some are not measured yet. */
  of?: number | undefined
  /** What is known of the value over all images, where some are not measured yet. */
  all?: { lo: number; hi: number } | undefined
  /** Key of the condition that the bar links to. */
  key?: string
}

export interface BarGroup {
  id: string
  name: string
  bandLabel?: string
  barOf(model: GridModel): Bar | undefined
}

export interface BarsOptions {
  id: string
  title: string
  y: Axis
  models: readonly GridModel[]
  groups: readonly BarGroup[]
  /** Values the paper prints, in the units of the axis; plotted hollow beside the measured ones. */
  reported?: readonly ReportedValue[]
  /** The value of chance level, plotted as a line. */
  chance?: number | undefined
  notes: string[]
}

/**
 * Grouped bars with models as categories and one series per group. The paper's models follow in another
 * style.
 */
export function barsFigure(options: BarsOptions): FigureSpec {
  const { id, title, y, models, groups, reported = [], chance, notes } = options
  const papers = reported.filter(({ value }) => value !== null)
  const categories = [
    ...models.map((model) => model.title),
    ...papers.map(({ model, source }) => `${model} (${source.split(' (')[0] ?? source})`),
  ]
  const series: Series[] = groups.map((group, slot) => ({
    id: group.id,
    name: group.name,
    slot,
    origin: 'measured',
    symbols: false,
    bandLabel: group.bandLabel ?? '95 % Wilson interval',
    points: models.flatMap((model, x) => {
      const bar = group.barOf(model)
      return bar ? [pointOf(model, bar, x)] : []
    }),
  }))
  const paper: Series[] =
    papers.length === 0
      ? []
      : [
          {
            id: 'paper',
            name: 'Paper',
            slot: groups.length,
            origin: 'reported',
            symbols: false,
            points: papers.map(({ value }, place) => ({ x: models.length + place, y: value })),
          },
        ]
  return {
    id,
    kind: 'bars',
    title,
    x: { label: 'Model', unit: 'none', scale: 'category', categories },
    y,
    series: [...series, ...paper],
    references: chance === undefined ? [] : [{ label: 'Chance', axis: 'y', value: chance }],
    spans: [],
    notes,
    alt: `${title} of ${models.length} models: ${models.map((model) => describe(model, groups, y)).join('; ')}.`,
  }
}

function describe(model: GridModel, groups: readonly BarGroup[], y: Axis): string {
  const values = groups.flatMap((group) => {
    const bar = group.barOf(model)
    if (!bar) return []
    const shown =
      bar.value === null
        ? 'not measured'
        : y.unit === 'percent'
          ? `${(100 * bar.value).toFixed(1)} %`
          : bar.value.toFixed(1)
    return `${group.name} ${shown}`
  })
  return `${model.title} ${values.join(', ')}`
}

export interface CategoryBarsOptions {
  id: string
  title: string
  /** What the categories are, e.g. "Corruption". */
  label: string
  categories: readonly string[]
  y: Axis
  models: readonly GridModel[]
  bandLabel: string
  barOf(model: GridModel, category: string): Bar | undefined
  notes: string[]
}

/** Grouped bars with any categories and one series per model. */
export function categoryBars(options: CategoryBarsOptions): FigureSpec {
  const { id, title, label, categories, y, models, bandLabel, barOf, notes } = options
  return {
    id,
    kind: 'bars',
    title,
    x: { label, unit: 'none', scale: 'category', categories: [...categories] },
    y,
    series: models.map((model, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured',
      symbols: false,
      bandLabel,
      points: categories.flatMap((category, x) => {
        const bar = barOf(model, category)
        return bar ? [pointOf(model, bar, x)] : []
      }),
    })),
    references: [],
    spans: [],
    notes,
    alt: `${title} for ${categories.length} of ${label.toLowerCase()}, models ${models.map((model) => model.title).join(', ')}.`,
  }
}

const pointOf = (model: GridModel, bar: Bar, x: number): Point => ({
  x,
  y: bar.value,
  ...(bar.interval ? { lo: bar.interval.lo, hi: bar.interval.hi } : {}),
  ...(bar.n === undefined ? {} : { n: bar.n }),
  ...(bar.of === undefined ? {} : { of: bar.of }),
  ...(bar.all === undefined ? {} : { all: bar.all }),
  ...(bar.key === undefined ? {} : { ref: `${model.id}|${bar.key}` }),
})

/** Converts the paper's values from per cent to fractions, for axes that show per cent. */
export const asFractions = (reported: readonly ReportedValue[]): ReportedValue[] =>
  reported.map((entry) => ({ ...entry, value: entry.value === null ? null : entry.value / 100 }))
