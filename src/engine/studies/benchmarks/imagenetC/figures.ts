import type { ReportedValue } from '#shared/contract/index.ts'
import type { FigureSpec, Point } from '#shared/figures/spec.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { asFractions, barsFigure, categoryBars } from '../../summary/bars.ts'
import { knownMean, openBar, openPoint } from '../../summary/known.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { chosenCorruptions, chosenSeverities, keyOf, type CorruptionParams } from './conditions.ts'
import { rateInterval, type Scores, type CorruptionUnit } from './scores.ts'
import { scopeOf, shownOf } from './shown.ts'
import type { Grid, GridModel } from '../../definition/index.ts'

/**
 * Fig. 2b: mean accuracy at severity 5 over all 19 corruptions. Where only a part of the benchmark was
 * chosen: the mean over that part, and the title says so.
 */
export function meanAccuracyFigure(
  grid: Grid,
  chosen: CorruptionParams,
  scores: Map<number, Scores>,
  reported: ReportedValue[],
  origin: string,
): FigureSpec {
  const whole = chosenCorruptions(chosen).length === imagenetC19.length && chosen.severities.includes(5)
  const shared = { models: grid.models, notes: [origin] }
  const y = { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 } as const
  const bandLabel = '95 % bootstrap interval over pictures'
  const count = (own: Scores | undefined) => (own?.images == null ? {} : { n: own.images })
  if (whole)
    return barsFigure({
      ...shared,
      id: 'imagenet-c-accuracy',
      title: 'Mean accuracy at severity 5',
      y,
      groups: [
        {
          id: 'mean5',
          name: 'Mean over 19 corruptions',
          bandLabel,
          barOf(model) {
            const own = scores.get(model.id)
            const open = openBar(own?.known.accuracyAt5)
            if (open) return open
            const interval = own?.intervals?.meanAccuracyAt5 ?? null
            return { value: own?.meanAccuracyAt5 ?? null, interval, ...count(own) }
          },
        },
      ],
      reported: asFractions(reported),
    })
  return barsFigure({
    ...shared,
    id: 'imagenet-c-accuracy',
    title: `Mean accuracy, ${scopeOf(chosen)}`,
    y,
    groups: [
      {
        id: 'chosen',
        name: scopeOf(chosen),
        bandLabel,
        barOf(model) {
          const own = scores.get(model.id)
          const open = openBar(own?.known.accuracy)
          if (open) return open
          const error = own?.intervals?.chosen
          const interval = error ? { lo: 1 - error.hi, hi: 1 - error.lo, level: error.level } : null
          return { value: own?.chosenAccuracy ?? null, interval, ...count(own) }
        },
      },
    ],
    notes: [...shared.notes, 'A part of the benchmark: not the mean the paper shows.'],
  })
}

/**
 * The mCE of every model beside the paper's (Table 1). Empty without a baseline, or where no model has
 * measured the whole benchmark.
 */
export function mceFigure(
  grid: Grid,
  unit: CorruptionUnit | null,
  scores: Map<number, Scores>,
  reported: ReportedValue[],
  origin: string,
): FigureSpec[] {
  if (unit === null || [...scores.values()].every(({ mce }) => mce === null)) return []
  return [
    barsFigure({
      id: 'imagenet-c-mce',
      title: `mCE, ${unit.name} = 100`,
      y: { label: `mCE (${unit.name} = 100)`, unit: 'none', scale: 'linear', min: 0 },
      models: grid.models,
      groups: [
        {
          id: 'mce',
          name: 'mCE',
          bandLabel: '95 % bootstrap interval over pictures',
          barOf(model) {
            const own = scores.get(model.id)
            if (!own) return undefined
            const interval = rateInterval(own, unit.model?.id === model.id, (all) => all.mce)
            return { value: own.mce, interval, ...(own.images === null ? {} : { n: own.images }) }
          },
        },
      ],
      reported,
      notes: [origin, 'Mean CE over the 15 benchmark corruptions; lower is better.'],
    }),
  ]
}

/** CE by corruption. Without a baseline, or where severities were left out: mean errors. */
export function corruptionFigure(
  grid: Grid,
  chosen: CorruptionParams,
  unit: CorruptionUnit | null,
  scores: Map<number, Scores>,
  origin: string,
): FigureSpec {
  const shown = shownOf(chosen, unit)
  const worst = Math.max(...chosenSeverities(chosen))
  return categoryBars({
    id: 'imagenet-c-corruptions',
    title: shown.title,
    label: 'Corruption',
    categories: chosenCorruptions(chosen),
    y: { label: shown.label, unit: shown.isCe ? 'none' : 'percent', scale: 'linear', min: 0 },
    models: grid.models,
    bandLabel: '95 % bootstrap interval over pictures',
    barOf: (model, corruption) => ({
      ...shown.of(scores.get(model.id), model.id, corruption),
      key: keyOf(corruption, worst),
    }),
    notes: [origin],
  })
}

/** Accuracy of one model by corruption and severity. */
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
      unit: 'percent',
      // All models share one colour scale.
      range: { min: 0, max: 1 },
    },
    notes: [origin],
    alt: `Top-1 accuracy of ${model.title} for ${rows.length} corruptions at severities ${columns.join(', ')}.`,
  }
}

/** A point per severity: the mean accuracy over corruptions, or what is known of it while images are missing. */
async function severityPoints(grid: Grid, model: GridModel, chosen: CorruptionParams): Promise<Point[]> {
  const points: Point[] = []
  for (const severity of chosenSeverities(chosen)) {
    const cells = chosenCorruptions(chosen).map((name) => cellOf(grid, model.id, keyOf(name, severity)))
    const own = cells.filter((cell) => cell !== null)
    const whole = own.length === cells.length && own.every((cell) => grid.whole(cell) && cell.top1 !== null)
    const mean = own.reduce((sum, { top1 }) => sum + (top1 ?? 0), 0) / cells.length
    const open = whole || own.length < cells.length ? null : openPoint(await knownMean(grid, own))
    points.push({ x: severity, y: whole ? mean : null, ...open })
  }
  return points
}

/** Mean accuracy over the chosen corruptions by severity. */
export async function severityFigure(
  grid: Grid,
  chosen: CorruptionParams,
  origin: string,
): Promise<FigureSpec> {
  const names = chosenCorruptions(chosen)
  return {
    id: 'imagenet-c-severity',
    kind: 'lines',
    title: 'Accuracy against severity',
    x: { label: 'Severity', unit: 'none', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: await Promise.all(
      grid.models.map(async (model, slot) => ({
        id: String(model.id),
        name: model.title,
        slot,
        origin: 'measured' as const,
        symbols: true,
        points: await severityPoints(grid, model, chosen),
      })),
    ),
    references: [],
    spans: [],
    notes: [origin, `Mean over ${names.length} corruptions.`],
    alt: `Mean top-1 accuracy against severity for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}
