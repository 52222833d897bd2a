import type { DataTable, StudyImageRow } from '#shared/contract/index.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import { axisTitle, conditionTitle, isAsItIs, placeTitle } from '../conditionTitle.ts'

/** One condition of a study for one image: its place on the axis and who is right under it. */
export interface ImageCondition {
  key: string
  title: string
  x: number
  rows: StudyImageRow[]
}

export interface ImageAxis {
  /** Name of the parameter on the axis; null where conditions only have an order. */
  parameter: string | null
  conditions: ImageCondition[]
}

/** The parameter that takes the most numeric values is the axis, repeats aside; without one, conditions are numbered. */
export function imageAxis(rows: readonly StudyImageRow[]): ImageAxis {
  const names = new Set(rows.flatMap(({ params }) => Object.keys(params)).filter((name) => name !== 'repeat'))
  const spread = (name: string) => {
    const values = rows.map(({ params }) => params[name])
    return values.every((v) => typeof v === 'number') ? new Set(values).size : 0
  }
  const [parameter] = [...names].filter((name) => spread(name) > 1).sort((a, b) => spread(b) - spread(a))
  const groups = [...Map.groupBy(rows, ({ key }) => key)]
  const repeated = new Set(rows.map(({ params }) => params['repeat'])).size > 1
  const conditions = groups.map(([key, group], place) => ({
    key,
    title: repeated ? conditionTitle(key) : conditionTitle(key.replace(/,repeat=\d+$/, '')),
    x: parameter ? Number(group[0]?.params[parameter]) : place,
    rows: group,
  }))
  return {
    parameter: parameter ?? null,
    conditions: parameter ? conditions.sort((a, b) => a.x - b.x) : conditions,
  }
}

/** How an image is changed besides how much: the parameters that are words, and who made it. */
export const wayOf = (params: StudyImageRow['params'], parameter: string | null): string =>
  Object.entries(params)
    .flatMap(([name, value]) => {
      if (name === parameter || name === 'blocks') return []
      if (name === 'from') return [`from model ${value}`]
      return typeof value === 'string' ? [conditionTitle(value)] : []
    })
    .filter(Boolean)
    .join(', ')

const wayOfCondition = ({ rows: [row] }: ImageCondition, { parameter }: ImageAxis) =>
  row ? wayOf(row.params, parameter) : ''

/** The ways in which the image was changed, which no curve mixes: salient and non-salient drop, FGSM and random signs. */
export const waysOf = (axis: ImageAxis): string[] => [
  ...new Set(
    axis.conditions.filter(({ key }) => !isAsItIs(key)).map((condition) => wayOfCondition(condition, axis)),
  ),
]

/** The conditions of one way, and the image as it is. */
export const alongWay = (axis: ImageAxis, way: string): ImageAxis => ({
  ...axis,
  conditions: axis.conditions.filter(
    (condition) => isAsItIs(condition.key) || wayOfCondition(condition, axis) === way,
  ),
})

export type Measure = 'probability' | 'rank'

/** How the true class fares along the axis, one line per model: mean over the conditions at one place, and their range. */
export function imageFigure(
  axis: ImageAxis,
  models: readonly { id: number; title: string }[],
  measure: Measure,
): FigureSpec {
  // Of an image whose class the model does not know there is only how sure it is.
  const value = (row: StudyImageRow) =>
    measure === 'rank' ? row.trueRank : row.correct === null ? row.confidence : row.trueProbability
  const places = [...Map.groupBy(axis.conditions, ({ x }) => x)].sort(([a], [b]) => a - b)
  // Frequencies are named in thousandths, so that their keys are whole numbers.
  const unit = axis.parameter === 'centre' ? 0.001 : 1
  return {
    id: 'image',
    kind: 'lines',
    title: 'The true class of this image',
    x: axis.parameter
      ? { label: axisTitle(axis.parameter), unit: 'none', scale: 'linear' }
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
        return [
          { x: x * unit, y: mean, ...range, n: values.length, ref: `${model.id}|${rows[0]?.key ?? ''}` },
        ]
      }),
    })),
    references: [],
    spans: [],
    notes: [],
    alt: models
      .map((model) => `${model.title}: ${failureText(firstFailure(axis, model.id), axis.parameter)}`)
      .join('; '),
  }
}

/** All that was measured of this image: a row per condition, and of each model its answer's rank and probability. */
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

/** Where along the axis most conditions of a place are wrong for the first time; null where that never happens. */
export function firstFailure(axis: ImageAxis, modelId: number): ImageCondition | null {
  for (const [, conditions] of [...Map.groupBy(axis.conditions, ({ x }) => x)].sort(([a], [b]) => a - b)) {
    const rows = conditions.flatMap((c) => c.rows).filter((row) => row.modelId === modelId)
    const wrong = rows.filter((row) => row.correct === false).length
    if (rows.length > 0 && wrong * 2 > rows.length) return conditions[0] ?? null
  }
  return null
}

export function failureText(failure: ImageCondition | null, parameter: string | null): string {
  if (!failure) return 'right throughout'
  if (isAsItIs(failure.key)) return 'wrong as it is'
  return parameter ? `wrong from ${placeTitle(parameter, failure.x)}` : `wrong under ${failure.title}`
}
