import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid, GridModel } from '../../definition/index.ts'
import { barsFigure, categoryBars } from '../../summary/bars.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { keyOf } from '../shared/corruptionKeys.ts'
import { meanError, severities, type SetScores } from './scores.ts'

const axis = { label: 'Mean top-1 error', unit: 'percent', scale: 'linear', min: 0 } as const
const bandLabel = '95 % bootstrap interval over pictures'

/** Mean error of every model; by corruption; accuracy against severity. */
export function setFigures(
  grid: Grid,
  id: string,
  title: string,
  corruptions: readonly string[],
  scores: ReadonlyMap<number, SetScores>,
): FigureSpec[] {
  const worst = Math.max(...grid.cells.map(({ params }) => Number(params['severity'] ?? 0)))
  return [
    barsFigure({
      id: `${id}-error`,
      title: `${title}, mean error`,
      y: axis,
      models: grid.models,
      groups: [
        {
          id: 'error',
          name: `Mean over ${corruptions.length} corruptions`,
          bandLabel,
          barOf: ({ id: modelId }) => {
            const own = scores.get(modelId)
            return { ...(own?.all ?? { value: null }), ...(own?.images == null ? {} : { n: own.images }) }
          },
        },
      ],
      notes: ['Not normalised; lower is better.'],
    }),
    categoryBars({
      id: `${id}-corruptions`,
      title: `${title}, error by corruption`,
      label: 'Corruption',
      categories: corruptions,
      y: axis,
      models: grid.models,
      bandLabel,
      barOf: ({ id: modelId }, corruption) => ({
        ...(scores.get(modelId)?.byCorruption.get(corruption) ?? { value: null }),
        key: keyOf(corruption, worst),
      }),
      notes: ['Mean over severities.'],
    }),
    {
      id: `${id}-severity`,
      kind: 'lines',
      title: `${title}, accuracy against severity`,
      x: { label: 'Severity', unit: 'none', scale: 'linear' },
      y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
      series: grid.models.map((model, slot) => ({
        id: String(model.id),
        name: model.title,
        slot,
        origin: 'measured' as const,
        symbols: true,
        points: severities.flatMap((severity) => pointAt(grid, model, corruptions, severity)),
      })),
      references: [],
      spans: [],
      notes: [`Mean over ${corruptions.length} corruptions.`],
      alt: `Mean top-1 accuracy against severity for ${grid.models.map((model) => model.title).join(', ')}.`,
    },
  ]
}

function pointAt(grid: Grid, model: GridModel, corruptions: readonly string[], severity: number) {
  const cells = corruptions.flatMap((name) => cellOf(grid, model.id, keyOf(name, severity)) ?? [])
  const error = cells.length === corruptions.length ? meanError(grid, cells) : null
  return cells.length === 0 ? [] : [{ x: severity, y: error === null ? null : 1 - error }]
}
