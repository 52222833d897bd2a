import {
  conditionTitle,
  type DataTable,
  type PlannedImageCondition,
  type StudyImageRow,
} from '#shared/contract/index.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'

/** One condition of a study for one image: its position on the axis, and the models' predictions. */
export interface ImageCondition {
  /** Ids of the models that are to be measured under it. */
  planned: number[]
  key: string
  title: string
  baseline: boolean
  /** How the image was changed, apart from how strongly. */
  way: string
  /** Which random draw; null where nothing is drawn. */
  draw: string | null
  x: number
  /** The position in words. */
  place: string
  /** Of the models that were measured. */
  rows: StudyImageRow[]
}

export interface ImageAxis {
  /** Title of the axis; null where conditions only have an order. */
  title: string | null
  conditions: ImageCondition[]
}

/**
 * The conditions of one image along the study's axis, if the axis distinguishes at least two of them; otherwise in
 * their order. Titles include the draw where there are several draws.
 *
 * @param planned all conditions that the image is to be measured under, with or without a row
 */
export function imageAxis(
  rows: readonly StudyImageRow[],
  title: string | null,
  planned: readonly PlannedImageCondition[],
): ImageAxis {
  const onAxis = title !== null && new Set(planned.flatMap(({ x }) => x ?? [])).size > 1
  const drawn = new Set(planned.flatMap(({ draw }) => draw ?? [])).size > 1
  const measured = Map.groupBy(rows, ({ key }) => key)
  const conditions = [...Map.groupBy(planned, ({ key }) => key)].flatMap(([key, group], order) => {
    const [first] = group
    if (!first || (onAxis && first.x === null)) return []
    const { baseline, way, draw } = first
    return {
      ...{ key, baseline, way, draw, rows: measured.get(key) ?? [] },
      planned: group.map(({ modelId }) => modelId),
      title: drawn ? conditionTitle(first) : first.title,
      x: onAxis ? (first.x ?? 0) : order,
      place: onAxis ? (first.place ?? '') : String(order),
    }
  })
  return {
    title: onAxis ? title : null,
    conditions: onAxis ? conditions.sort((a, b) => a.x - b.x) : conditions,
  }
}

/**
 * The ways in which the image was changed, such as salient and non-salient drop, or FGSM and random signs. A curve
 * never mixes them.
 */
export const waysOf = ({ conditions }: ImageAxis): string[] => [
  ...new Set(conditions.filter(({ baseline }) => !baseline).map(({ way }) => way)),
]

/** The conditions of one way, with the unchanged image. */
export const alongWay = (axis: ImageAxis, way: string): ImageAxis => ({
  ...axis,
  conditions: axis.conditions.filter((condition) => condition.baseline || condition.way === way),
})

export type Measure = 'probability' | 'rank'

/**
 * Probability or rank of the true class along the axis, one line per model: the mean over the conditions at a position,
 * and their range.
 */
export function imageFigure(
  axis: ImageAxis,
  models: readonly { id: number; title: string }[],
  measure: Measure,
): FigureSpec {
  // Where the model does not know the image's class, only its confidence can be shown.
  const value = (row: StudyImageRow) =>
    measure === 'rank' ? row.trueRank : row.correct === null ? row.confidence : row.trueProbability
  const places = [...Map.groupBy(axis.conditions, ({ x }) => x)].sort(([a], [b]) => a - b)
  return {
    id: 'image',
    kind: 'lines',
    title: 'The true class of this image',
    x: axis.title
      ? { label: axis.title, unit: 'none', scale: 'linear' }
      : {
          label: 'Condition',
          unit: 'none',
          scale: 'category',
          categories: axis.conditions.map((c) => c.title),
        },
    y:
      measure === 'probability'
        ? { label: 'Probability', unit: 'percent', scale: 'linear', min: 0, max: 1 }
        : { label: 'Rank', unit: 'none', scale: 'linear', min: 1 },
    series: models.map((model, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: places.flatMap(([x, conditions]): Point[] => {
        const rows = conditions.flatMap((c) => c.rows).filter((row) => row.modelId === model.id)
        const values = rows.map(value)
        if (values.length === 0) return []
        const mean = values.reduce((a, b) => a + b, 0) / values.length
        const range = values.length > 1 ? { lo: Math.min(...values), hi: Math.max(...values) } : {}
        return [{ x, y: mean, ...range, n: values.length, ref: `${model.id}|${rows[0]?.key ?? ''}` }]
      }),
    })),
    references: [],
    spans: [],
    notes: [],
    alt: models.map((model) => `${model.title}: ${failureText(axis, model.id)}`).join('; '),
  }
}

/** Everything that was measured for this image: a row per condition, with rank and probability for each model. */
export function imageTable(axis: ImageAxis, models: readonly { id: number; title: string }[]): DataTable {
  return {
    id: 'image',
    title: 'The true class of this image under each condition',
    columns: [
      { key: 'condition', title: 'Condition', kind: 'text' },
      ...models.flatMap(({ id, title }): DataTable['columns'] => [
        { key: `answer${id}`, title, kind: 'text' },
        { key: `probability${id}`, title: 'Probability', kind: 'fraction' },
        { key: `rank${id}`, title: 'Rank', kind: 'integer' },
      ]),
    ],
    rows: axis.conditions.map((condition) => ({
      condition: condition.title,
      ...Object.fromEntries(
        models.flatMap(({ id }) => {
          const row = condition.rows.find(({ modelId }) => modelId === id)
          const answer = row ? (row.correct === null ? row.label : row.correct ? 'right' : row.label) : null
          return [
            [`answer${id}`, answer],
            [`probability${id}`, row?.trueProbability ?? null],
            [`rank${id}`, row?.trueRank ?? null],
          ]
        }),
      ),
    })),
  }
}

/** The first position along the axis at which most conditions are wrong; null where there is none. */
export function firstFailure(axis: ImageAxis, modelId: number): ImageCondition | null {
  for (const [, conditions] of [...Map.groupBy(axis.conditions, ({ x }) => x)].sort(([a], [b]) => a - b)) {
    const rows = conditions.flatMap((c) => c.rows).filter((row) => row.modelId === modelId)
    const wrong = rows.filter((row) => row.correct === false).length
    if (rows.length > 0 && wrong * 2 > rows.length) return conditions[0] ?? null
  }
  return null
}

/**
 * Says where a model first fails. That it is right throughout is said only where it was measured and judged under every
 * planned condition.
 */
export function failureText(axis: ImageAxis, modelId: number): string {
  const planned = axis.conditions.filter((condition) => condition.planned.includes(modelId)).length
  const rows = axis.conditions.flatMap((c) => c.rows).filter((row) => row.modelId === modelId)
  const measured = `${rows.length} of ${planned} conditions measured`
  if (rows.length === 0) return 'not measured'
  const failure = firstFailure(axis, modelId)
  if (failure) {
    const where = failure.baseline
      ? 'wrong on the unchanged image'
      : `wrong ${axis.title === null ? `under ${failure.title}` : `from ${failure.place}`}`
    return rows.length < planned ? `${where}; ${measured}` : where
  }
  if (rows.every(({ correct }) => correct === null)) return 'not judged'
  return rows.length < planned ? `right so far; ${measured}` : 'right throughout'
}
