import type { DataTable, Ranking } from '#shared/contract/index.ts'
import { testText } from './details.ts'
import { countText, isUnequal, valueOf } from './figure.ts'

type Column = DataTable['columns'][number]
type Metric = Ranking['metrics'][number]
type Value = Ranking['models'][number]['values'][number]

/** What is written of a value: its column, and how it is read. */
interface Part {
  column: Column
  of(value: Value): string | number | null
}

/**
 * The ranking as a table for export. With `intervals`, intervals and differences have their own columns. With `all`, as for
 * data files, so have n, condition, and the tests against the reference; else n stands in the table only where it differs.
 */
export function rankingTable(ranking: Ranking, intervals: boolean, all = false): DataTable {
  const { metrics, models, reference } = ranking
  const named = models.find(({ modelId }) => modelId === reference)?.title ?? null
  const parts = metrics.map((metric) => ({ metric, parts: partsOf(metric, named, { intervals, all }) }))
  return {
    id: 'ranking',
    title: 'Models and metrics',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      ...parts.flatMap(({ parts: of }) => of.map(({ column }) => column)),
    ],
    rows: models.map((model) => ({
      model: model.title,
      ...Object.fromEntries(
        parts.flatMap(({ metric, parts: of }) => {
          const found = valueOf(model, metric.key)
          return of.map((part) => [part.column.key, found ? part.of(found) : null])
        }),
      ),
    })),
  }
}

function partsOf(
  metric: Metric,
  named: string | null,
  { intervals, all }: { intervals: boolean; all: boolean },
): Part[] {
  const { key, title, unit, better } = metric
  const part = (name: string, heading: string, kind: Column['kind'] | 'p', of: Part['of']): Part => ({
    column: {
      ...{ key: `${key} ${name}`, title: heading },
      ...(kind === 'p' ? { kind: 'number', p: true } : { kind }),
    },
    of,
  })
  // A difference of shares is not a share of anything.
  const difference = unit === 'fraction' ? 'points' : unit
  const column: Column = { key, title, kind: unit, ...(isUnequal(metric) ? {} : { better }) }
  return [
    { column, of: ({ value }) => value },
    ...(intervals
      ? [
          part('lo', '95 % from', unit, ({ interval }) => interval?.lo ?? null),
          part('hi', 'to', unit, ({ interval }) => interval?.hi ?? null),
        ]
      : []),
    ...(named === null ? [] : [part('delta', `minus ${named}`, difference, ({ delta }) => delta)]),
    ...(all || isUnequal(metric) ? [part('n', 'n', 'integer', ({ n }) => n)] : []),
    ...(all ? [part('condition', 'Condition', 'text', ({ condition }) => condition)] : []),
    ...(all && named !== null
      ? [
          part('delta lo', 'Difference, 95 % from', difference, ({ test }) => test?.interval?.lo ?? null),
          part('delta hi', 'to', difference, ({ test }) => test?.interval?.hi ?? null),
          part('p', 'McNemar p', 'p', ({ test }) => test?.p ?? null),
          part('p holm', 'p, Holm', 'p', ({ test }) => test?.adjusted ?? null),
        ]
      : []),
  ]
}

/** Notes under an exported ranking: n and dataset of each metric, what is interpolated, tests against the reference. */
export function rankingNotes({ metrics, models, reference }: Ranking): string[] {
  const named = models.find(({ modelId }) => modelId === reference)?.title ?? null
  const of = (key: string) =>
    models.flatMap((model) => {
      const value = valueOf(model, key)
      return value ? [{ model, value }] : []
    })
  return [
    'Values of the latest study of each kind; 95 % intervals.',
    ...new Set(
      metrics.map(
        (metric) =>
          `${metric.title}: ${countText(metric)}${isUnequal(metric) ? ', unequal and not ranked' : ''}, ${metric.dataset}.`,
      ),
    ),
    ...metrics.flatMap(({ key, title }) =>
      of(key).flatMap(({ model, value }) =>
        value.interpolated ? [`${title}, ${model.title}: ${value.condition}.`] : [],
      ),
    ),
    ...(named === null
      ? []
      : metrics.flatMap(({ key, title }) =>
          of(key).flatMap(({ model, value: { test } }) =>
            test ? [`${title}, ${model.title}: ${testText(test, named)}.`] : [],
          ),
        )),
  ]
}
