import type { Model, Ranking } from '#shared/contract/index.ts'
import type { FigureSpec, Point, Series } from '#shared/figures/spec.ts'
import { onScale, paperTable } from './paper.ts'

/** Unit of an axis by the unit of its metric. */
const units = { fraction: 'percent', points: 'points', number: 'none' } as const

/** Properties of model files that can be plotted against the metrics. */
export const properties = [
  { key: 'parameters', title: 'Parameters (million)', value: (m: Model) => m.parameters / 1e6 },
  { key: 'macs', title: 'MACs (billion)', value: (m: Model) => (m.macs === null ? null : m.macs / 1e9) },
  { key: 'kernel', title: 'Largest kernel (px)', value: (m: Model) => m.largestKernel },
] as const

type Metric = Ranking['metrics'][number]
type Entry = Ranking['models'][number]

export const valueOf = (entry: Entry, key: string) => entry.values.find((v) => v.key === key) ?? null

/** Whether the values of a column are of unequal numbers of images. Then none of them is the best. */
export const isUnequal = ({ images }: Pick<Metric, 'images'>): boolean => images.least < images.most

/** "n = 50", or "n = 20 to 50" where models differ. */
export const countText = (metric: Pick<Metric, 'images'>): string =>
  `n = ${metric.images.least}${isUnequal(metric) ? ` to ${metric.images.most}` : ''}`

/** The best value of a metric; null where no two models differ in it, or where they are of unequal n. */
export function bestOf(ranking: Ranking, metric: Metric): number | null {
  if (isUnequal(metric)) return null
  const values = ranking.models.flatMap((m) => valueOf(m, metric.key)?.value ?? [])
  if (new Set(values).size < 2) return null
  return metric.better === 'higher' ? Math.max(...values) : Math.min(...values)
}

/**
 * Plots one metric against another, or against a property of the models, with a point for each model that has both.
 * With `paper` the paper's models are plotted hollow where it prints both values.
 */
export function rankingFigure(
  ranking: Ranking,
  models: ReadonlyMap<number, Model>,
  x: string,
  y: string,
  paper = false,
): FigureSpec {
  const metric = (key: string) => ranking.metrics.find((m) => m.key === key)
  const axis = (key: string) => {
    const known = metric(key)
    const title = known?.title ?? properties.find((p) => p.key === key)?.title ?? key
    return {
      label: title,
      unit: units[known?.unit ?? 'number'],
      scale: 'linear' as const,
    }
  }
  const at = (entry: Entry, key: string) => {
    const model = models.get(entry.modelId)
    const property = properties.find((p) => p.key === key)
    return property ? (model ? property.value(model) : null) : (valueOf(entry, key)?.value ?? null)
  }
  const series = ranking.models.flatMap((entry, slot) => {
    const [px, py] = [at(entry, x), at(entry, y)]
    if (px === null || py === null) return []
    const interval = valueOf(entry, y)?.interval
    const point: Point = { x: px, y: py, ...(interval ? { lo: interval.lo, hi: interval.hi } : {}) }
    return [
      {
        id: String(entry.modelId),
        name: entry.title,
        slot,
        points: [point],
        origin: 'measured' as const,
        symbols: true,
      },
    ]
  })
  return {
    id: `ranking-${y}-${x}`,
    kind: 'scatter',
    title: `${axis(y).label} against ${axis(x).label}`,
    x: axis(x),
    y: axis(y),
    series: [...series, ...(paper ? printed(ranking, metric(x), metric(y), series.length) : [])],
    references: [],
    spans: [],
    notes: [
      'Whiskers: 95 % interval.',
      ...(paper ? ['Hollow: values the paper prints, of other weights and images.'] : []),
    ],
    alt: series.map((s) => `${s.name}: ${s.points[0]?.x ?? ''}, ${s.points[0]?.y ?? ''}`).join('; '),
  }
}

/** The paper's models that have both metrics; empty where an axis is not a metric of the paper. */
function printed(ranking: Ranking, x: Metric | undefined, y: Metric | undefined, slots: number): Series[] {
  if (!x || !y) return []
  return paperTable(ranking).rows.flatMap(({ model, values }, place) => {
    const [px, py] = [values.get(x.metric), values.get(y.metric)]
    const point = px && py ? { x: onScale(px, x.unit), y: onScale(py, y.unit) } : null
    if (!point || point.x === null) return []
    return [
      {
        id: `paper ${model}`,
        name: model,
        slot: slots + place,
        points: [{ x: point.x, y: point.y }],
        origin: 'reported' as const,
        symbols: true,
      },
    ]
  })
}
