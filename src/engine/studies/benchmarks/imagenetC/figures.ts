import type { ReportedValue } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid, GridModel } from '../../grid.ts'
import { asFractions, barsFigure, categoryBars } from '../bars.ts'
import { cellOf } from '../outcomes.ts'
import { chosenCorruptions, chosenSeverities, keyOf, type CorruptionParams } from './conditions.ts'
import type { Scores, Unit } from './scores.ts'

/** Fig. 2b: mean accuracy at severity 5 over all 19. */
export const meanAccuracyFigure = (
  grid: Grid,
  scores: Map<number, Scores>,
  reported: ReportedValue[],
  origin: string,
): FigureSpec =>
  barsFigure({
    id: 'imagenet-c-accuracy',
    title: 'Mean accuracy at severity 5',
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    models: grid.models,
    groups: [
      {
        id: 'mean5',
        name: 'Mean over 19 corruptions',
        bandLabel: '95 % bootstrap interval',
        barOf(model) {
          const own = scores.get(model.id)
          return {
            value: own?.meanAccuracyAt5 ?? null,
            interval: own?.accuracyInterval ?? null,
            ...(own?.images == null ? {} : { n: own.images }),
          }
        },
      },
    ],
    reported: asFractions(reported),
    notes: [origin, 'Whiskers: 95 % bootstrap over pictures.'],
  })

/** CE by corruption, or mean errors where nothing counts as 100. */
export function corruptionFigure(
  grid: Grid,
  chosen: CorruptionParams,
  unit: Unit | null,
  scores: Map<number, Scores>,
  origin: string,
): FigureSpec {
  return categoryBars({
    id: 'imagenet-c-corruptions',
    title: unit ? 'Corruption error' : 'Error by corruption',
    label: 'Corruption',
    categories: chosenCorruptions(chosen),
    y: unit
      ? { label: `CE (${unit.name} = 100)`, unit: 'none', scale: 'linear', min: 0 }
      : { label: 'Mean top-1 error', unit: 'percent', scale: 'linear', min: 0 },
    models: grid.models,
    bandLabel: '',
    barOf(model, corruption) {
      const score = scores.get(model.id)?.scores.find((entry) => entry.corruption === corruption)
      return { value: (unit ? score?.ce : score?.meanError) ?? null, key: keyOf(corruption, 5) }
    },
    notes: [origin],
  })
}

/** Accuracy of one model, corruption by severity. */
export function severityMap(
  grid: Grid,
  model: GridModel,
  chosen: CorruptionParams,
  origin: string,
): FigureSpec {
  const rows = chosenCorruptions(chosen)
  const columns = chosenSeverities(chosen)
  return {
    id: `imagenet-c-map-${model.id}`,
    kind: 'heatmap',
    title: `Accuracy of ${model.title} under corruption`,
    x: { label: 'Severity', unit: 'none', scale: 'category', categories: columns.map(String) },
    y: { label: 'Corruption', unit: 'none', scale: 'category', categories: [...rows] },
    series: [],
    references: [],
    spans: [],
    cells: {
      rows: [...rows],
      columns: columns.map(String),
      values: rows.flatMap((name) =>
        columns.map((severity) => cellOf(grid, model.id, keyOf(name, severity))?.top1 ?? null),
      ),
      map: 'sequential',
      label: 'Top-1 accuracy',
    },
    notes: [origin],
    alt: `Top-1 accuracy of ${model.title} for ${rows.length} corruptions at severities ${columns.join(', ')}.`,
  }
}

/** Accuracy against severity, mean over the chosen corruptions; only where all of them are whole. */
export function severityFigure(grid: Grid, chosen: CorruptionParams, origin: string): FigureSpec {
  const names = chosenCorruptions(chosen)
  const meanAt = (model: GridModel, severity: number): number | null => {
    let sum = 0
    for (const name of names) {
      const cell = cellOf(grid, model.id, keyOf(name, severity))
      if (cell?.top1 == null || !grid.whole(cell)) return null
      sum += cell.top1
    }
    return sum / names.length
  }
  return {
    id: 'imagenet-c-severity',
    kind: 'lines',
    title: 'Accuracy against severity',
    x: { label: 'Severity', unit: 'none', scale: 'linear', min: 1, max: 5 },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: grid.models.map((model, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured',
      symbols: true,
      points: chosenSeverities(chosen).map((severity) => ({ x: severity, y: meanAt(model, severity) })),
    })),
    references: [],
    spans: [],
    notes: [origin, `Mean over ${names.length} corruptions.`],
    alt: `Mean top-1 accuracy against severity for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}
