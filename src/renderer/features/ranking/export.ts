import type { DataTable, Ranking } from '#shared/contract/index.ts'
import { valueOf } from './figure.ts'

/** The ranking as a table for export. With `intervals`, intervals and differences have their own columns. */
export function rankingTable(ranking: Ranking, intervals: boolean): DataTable {
  const { metrics, models, reference } = ranking
  const named = models.find(({ modelId }) => modelId === reference)?.title
  return {
    id: 'ranking',
    title: 'Models and metrics',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      ...metrics.flatMap(({ key, title, unit, better }) => [
        { key, title, kind: unit, better },
        ...(intervals
          ? [
              { key: `${key} lo`, title: '95 % from', kind: unit },
              { key: `${key} hi`, title: 'to', kind: unit },
            ]
          : []),
        ...(named === undefined ? [] : [{ key: `${key} delta`, title: `minus ${named}`, kind: unit }]),
      ]),
    ],
    rows: models.map((model) => ({
      model: model.title,
      ...Object.fromEntries(
        metrics.flatMap(({ key }) => {
          const found = valueOf(model, key)
          return [
            [key, found?.value ?? null],
            ...(intervals
              ? [
                  [`${key} lo`, found?.interval?.lo ?? null],
                  [`${key} hi`, found?.interval?.hi ?? null],
                ]
              : []),
            ...(named === undefined ? [] : [[`${key} delta`, found?.delta ?? null]]),
          ]
        }),
      ),
    })),
  }
}

/** Notes under an exported ranking. */
export const rankingNotes = ({ metrics }: Ranking): string[] => [
  'Values of the latest study of each kind; 95 % intervals.',
  ...new Set(metrics.map(({ title, dataset }) => `${title}: ${dataset}.`)),
]
