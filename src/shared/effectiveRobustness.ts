import type { DataTable, Ranking } from './contract/index.ts'
import type { FigureSpec, Series } from './figures/spec.ts'
import {
  accuracyLine,
  isInside,
  onLine,
  type AccuracyLine,
  type AccuracyScale,
} from './maths/accuracyLine.ts'

/** A model beside the line: what the line says of it, and how far it is from that. */
export interface Deviation {
  modelId: number
  title: string
  x: number
  y: number
  /** The accuracy on the line of all models, with the interval of that line. */
  line: { value: number; interval: { lo: number; hi: number } | null }
  /** y minus the line, in [-1, 1]. */
  effective: number
  /** y minus the line of the other models; null where there are fewer than two others. */
  fromOthers: number | null
}

/** Effective robustness of the models of a ranking on one set, given their accuracies on another. */
export interface EffectiveRobustness {
  xTitle: string
  yTitle: string
  scale: AccuracyScale
  line: AccuracyLine
  models: Deviation[]
  /** Models that have both values, one of them 0 or 1, which have no place on the scale. */
  outside: string[]
}

/** Fewest models that a line is shown for: two are always on one. */
export const fewestModels = 3

/** Columns of a ranking that are accuracies, which a line may go through. */
export const accuracyColumns = ({ metrics }: Ranking): Ranking['metrics'] =>
  metrics.filter(({ unit, better }) => unit === 'fraction' && better === 'higher')

/**
 * Computes effective robustness (Taori et al. 2020): the accuracy on a set minus what the line through the accuracies of the models says
 * of a model with its accuracy on ordinary images. null for fewer than three models, or where a column is none of accuracies.
 *
 * @param x key of the column of ordinary images
 * @param y key of the column of the other set
 */
export function effectiveRobustness(
  ranking: Ranking,
  x: string,
  y: string,
  scale: AccuracyScale,
): EffectiveRobustness | null {
  const columns = accuracyColumns(ranking)
  const [xColumn, yColumn] = [x, y].map((key) => columns.find((column) => column.key === key))
  const both = ranking.models.flatMap(({ modelId, title, values }) => {
    const [px, py] = [x, y].map((key) => values.find((value) => value.key === key)?.value)
    return px === undefined || py === undefined ? [] : [{ modelId, title, x: px, y: py }]
  })
  const inside = both.filter(isInside)
  const line = accuracyLine(inside, scale)
  if (!xColumn || !yColumn || x === y || !line || inside.length < fewestModels) return null
  return {
    ...{ xTitle: xColumn.title, yTitle: yColumn.title, scale, line },
    models: inside.map((model) => {
      const own = onLine(line, model.x)
      const others = accuracyLine(
        inside.filter((other) => other !== model),
        scale,
      )
      return {
        ...model,
        line: own,
        effective: model.y - own.value,
        fromOthers: others ? model.y - onLine(others, model.x).value : null,
      }
    }),
    outside: both.filter((model) => !isInside(model)).map(({ title }) => title),
  }
}

/** The models with their deviations, the largest first. */
export const robustnessTable = ({ xTitle, yTitle, models }: EffectiveRobustness): DataTable => ({
  id: 'effective-robustness',
  title: 'Effective robustness',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'x', title: xTitle, kind: 'fraction' },
    { key: 'y', title: yTitle, kind: 'fraction', better: 'higher' },
    { key: 'line', title: 'On the line', kind: 'fraction' },
    { key: 'lo', title: '95 % of the line from', kind: 'fraction' },
    { key: 'hi', title: 'to', kind: 'fraction' },
    { key: 'effective', title: 'Effective robustness', kind: 'points', better: 'higher' },
    { key: 'effectiveLo', title: 'by the line from', kind: 'points' },
    { key: 'effectiveHi', title: 'to', kind: 'points' },
    { key: 'others', title: 'By the line of the others', kind: 'points', better: 'higher' },
  ],
  rows: models
    .toSorted((a, b) => b.effective - a.effective)
    .map(({ title, x, y, line: { value, interval }, effective, fromOthers }) => ({
      ...{ model: title, x, y, line: value, lo: interval?.lo ?? null, hi: interval?.hi ?? null, effective },
      effectiveLo: interval ? y - interval.hi : null,
      effectiveHi: interval ? y - interval.lo : null,
      others: fromOthers,
    })),
})

/** What the numbers rest on, a sentence each. */
export function robustnessNotes({ line, scale, outside }: EffectiveRobustness): string[] {
  const { n, slope, intercept, r2 } = line
  const number = (value: number) => value.toFixed(3)
  return [
    `Least squares on the ${scale} scale over ${n} models: slope ${number(slope)}, intercept ${number(intercept)}${r2 === null ? '' : `, R² ${number(r2)}`}.`,
    'Interval: of the line at the accuracy of the model (95 %, Student’s t); sampling of images is not in it.',
    ...(outside.length > 0
      ? [`Without ${outside.join(', ')}: accuracies of 0 or 1 have no place on the scale.`]
      : []),
  ]
}

/** Points along the line in the figure. */
const steps = 60

/** Ends of an axis of accuracies: twentieths around the values. */
const endsOf = (values: readonly number[]) => ({
  min: Math.max(0, Math.floor(20 * Math.min(...values) - 0.2) / 20),
  max: Math.min(1, Math.ceil(20 * Math.max(...values) + 0.2) / 20),
})

/** One set against the other, with the line, its interval, and y = x. */
export function robustnessFigure(found: EffectiveRobustness): FigureSpec {
  const { xTitle, yTitle, line, models } = found
  const xs = models.map(({ x }) => x)
  const [from, to] = [Math.min(...xs), Math.max(...xs)]
  const along = Array.from({ length: steps + 1 }, (_, at) => from + (at / steps) * (to - from))
  const shared = { symbols: false, origin: 'measured' as const }
  const drawn: Series[] = models.map(({ modelId, title, x, y }, slot) => ({
    ...{ id: String(modelId), name: title, slot, origin: 'measured', symbols: true },
    points: [{ x, y }],
  }))
  return {
    id: 'effective-robustness',
    kind: 'lines',
    title: `${yTitle} against ${xTitle}`,
    x: { label: xTitle, unit: 'percent', scale: 'linear', ...endsOf(xs) },
    y: {
      label: yTitle,
      unit: 'percent',
      scale: 'linear',
      ...endsOf([...models.map(({ y }) => y), from, to]),
    },
    series: [
      {
        ...shared,
        id: 'line',
        name: 'Line',
        slot: models.length,
        bandLabel: '95 % interval of the line',
        points: along.map((x) => {
          const { value, interval } = onLine(line, x)
          return { x, y: value, ...interval }
        }),
      },
      {
        ...shared,
        id: 'equal',
        name: 'y = x',
        slot: models.length + 1,
        points: [from, to].map((x) => ({ x, y: x })),
      },
      ...drawn,
    ],
    references: [],
    spans: [],
    notes: robustnessNotes(found),
    alt: `${yTitle} against ${xTitle} of ${models.length} models, with a line: ${models.map(({ title, effective }) => `${title} ${(100 * effective).toFixed(1)} points from it`).join(', ')}.`,
  }
}
