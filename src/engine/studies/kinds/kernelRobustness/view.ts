import type { DataTable } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { kendall, spearman } from '#shared/maths/rankCorrelation.ts'
import type { ModelProperties } from './properties.ts'

/** What is set against robustness. */
export const against = [
  { key: 'distance', title: 'Kernel distance', label: 'Mean kernel distance', unit: 'pixels' },
  { key: 'area', title: 'Receptive field', label: 'High-contribution area of the input', unit: 'percent' },
] as const

type Property = (typeof against)[number]

/** Models that have a property and all accuracies. */
const withBoth = (models: readonly ModelProperties[], { key }: Property) =>
  models.flatMap((one) => {
    const [x, y] = [one[key], one.change]
    return x === null || y === null ? [] : [{ ...one, x, y }]
  })

/** The change in accuracy against a property, a point for each model. */
export function scatterFigure(models: readonly ModelProperties[], property: Property): FigureSpec {
  const both = withBoth(models, property)
  return {
    id: `robustness-${property.key}`,
    kind: 'scatter',
    title: `Robustness against ${property.title.toLowerCase()}`,
    x: { label: property.label, unit: property.unit, scale: 'linear' },
    y: { label: 'Mean change in top-1 under corruption', unit: 'points', scale: 'linear' },
    series: both.map(({ model, x, y, n }, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: [{ x, y, n }],
    })),
    references: [],
    spans: [],
    notes: [correlationNote(models, property)],
    alt: `Mean change in top-1 under corruption against ${property.title.toLowerCase()}, a point for each of ${both.length} models.`,
  }
}

function correlationNote(models: readonly ModelProperties[], property: Property): string {
  const both = withBoth(models, property)
  const found = spearman(
    both.map(({ x }) => x),
    both.map(({ y }) => y),
  )
  if (!found)
    return `No rank correlation: it takes three models with different values, and ${both.length} ${both.length === 1 ? 'has' : 'have'} both.`
  const interval = found.interval
    ? `95 % from ${found.interval.lo.toFixed(2)} to ${found.interval.hi.toFixed(2)}`
    : 'too few models, or too clear an order, for an interval'
  return `Spearman’s rank correlation over ${both.length} models: ${found.value.toFixed(2)}, ${interval}.`
}

/** Both rank correlations of each property with robustness. */
export const correlationTable = (models: readonly ModelProperties[]): DataTable => ({
  id: 'correlations',
  title: 'Rank correlation with the mean change in top-1',
  columns: [
    { key: 'property', title: 'Property', kind: 'text' },
    { key: 'coefficient', title: 'Coefficient', kind: 'text' },
    { key: 'value', title: 'Value', kind: 'number' },
    { key: 'lo', title: '95 % from', kind: 'number' },
    { key: 'hi', title: 'to', kind: 'number' },
    { key: 'models', title: 'Models', kind: 'integer' },
  ],
  rows: against.flatMap((property) => {
    const both = withBoth(models, property)
    const [x, y] = [both.map((one) => one.x), both.map((one) => one.y)]
    return [
      { coefficient: 'Spearman', found: spearman(x, y) },
      { coefficient: 'Kendall, tau-b', found: kendall(x, y) },
    ].map(({ coefficient, found }) => ({
      property: property.title,
      coefficient,
      value: found?.value ?? null,
      lo: found?.interval?.lo ?? null,
      hi: found?.interval?.hi ?? null,
      models: both.length,
    }))
  }),
})

/** A row for each model. */
export const propertyTable = (models: readonly ModelProperties[]): DataTable => ({
  id: 'models',
  title: 'Kernels, fields and robustness',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'kernel', title: 'Largest kernel', kind: 'integer' },
    { key: 'distance', title: 'Mean kernel distance, px', kind: 'number' },
    { key: 'area', title: 'Field, share of the input', kind: 'fraction' },
    { key: 'change', title: 'Mean change in top-1', kind: 'points', better: 'higher' },
    { key: 'n', title: 'Images', kind: 'integer' },
  ],
  rows: models.map(({ model, distance, area, change, n }) => ({
    model: model.title,
    kernel: model.largestKernel,
    ...{ distance, area, change, n },
  })),
})
