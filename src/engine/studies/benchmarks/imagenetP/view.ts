import type { DataTable } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid } from '../../grid.ts'
import { categoryBars } from '../bars.ts'
import { chosenPerturbations, type PerturbationParams } from './conditions.ts'
import type { Rates, Stabilities, Unit } from './scores.ts'

/** Everything the tables and figures show of one model. */
export interface Measured {
  own: Stabilities
  rates: Rates
}

type ByModel = Map<number, Measured>

/** One row per model: Table 2. */
export function summaryTable(grid: Grid, unit: Unit | null, found: ByModel): DataTable {
  const against = unit ? ` (${unit.name} = 100)` : ''
  const distanceAgainst = unit?.distances ? against : ''
  return {
    id: 'summary',
    title: 'Perturbation stability',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'sequences', title: 'Sequences each', kind: 'integer' },
      { key: 'mfr', title: `mFR${against}`, kind: 'number', better: 'lower' },
      { key: 'lo', title: '95 % from', kind: 'number' },
      { key: 'hi', title: 'to', kind: 'number' },
      { key: 'mt5d', title: `mT5D${distanceAgainst}`, kind: 'number', better: 'lower' },
      { key: 'flips', title: 'Mean flip probability', kind: 'fraction', better: 'lower' },
      { key: 'distance', title: 'Mean top-5 distance', kind: 'number', better: 'lower' },
    ],
    rows: grid.models.map((model) => {
      const measured = found.get(model.id)
      const own = [...(measured?.own.values() ?? [])]
      const whole = own.length > 0 && own.length === perturbationsOf(grid).length
      return {
        model: model.title,
        sequences: own.length === 0 ? 0 : Math.min(...own.map(({ sequences }) => sequences)),
        mfr: measured?.rates.mfr ?? null,
        lo: measured?.rates.mfrInterval?.lo ?? null,
        hi: measured?.rates.mfrInterval?.hi ?? null,
        mt5d: measured?.rates.mt5d ?? null,
        flips: whole ? mean(own.map(({ flips }) => flips)) : null,
        distance: whole ? mean(own.map(({ distance }) => distance)) : null,
      }
    }),
  }
}

export const perturbationsOf = (grid: Grid): string[] => [
  ...new Set(grid.cells.map(({ params }) => String(params['perturbation']))),
]

function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length < values.length || known.length === 0
    ? null
    : known.reduce((a, b) => a + b, 0) / known.length
}

/** One row per model and perturbation, raw and against what counts as 100. */
export function perturbationTable(
  grid: Grid,
  chosen: PerturbationParams,
  unit: Unit | null,
  found: ByModel,
): DataTable {
  const against = unit ? ` (${unit.name} = 100)` : ''
  const distanceAgainst = unit?.distances ? against : ''
  return {
    id: 'perturbations',
    title: 'By perturbation',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'perturbation', title: 'Perturbation', kind: 'text' },
      { key: 'sequences', title: 'Sequences', kind: 'integer' },
      { key: 'flips', title: 'Flip probability', kind: 'fraction', better: 'lower' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'rate', title: `FR${against}`, kind: 'number', better: 'lower' },
      { key: 'distance', title: 'Top-5 distance', kind: 'number', better: 'lower' },
      { key: 't5d', title: `T5D${distanceAgainst}`, kind: 'number', better: 'lower' },
    ],
    rows: grid.models.flatMap((model) =>
      chosenPerturbations(chosen).map((name) => {
        const measured = found.get(model.id)
        const own = measured?.own.get(name)
        return {
          model: model.title,
          perturbation: name,
          sequences: own?.sequences ?? 0,
          flips: own?.flips ?? null,
          lo: own?.flipInterval?.lo ?? null,
          hi: own?.flipInterval?.hi ?? null,
          rate: measured?.rates.flipRates[name] ?? null,
          distance: own?.distance ?? null,
          t5d: measured?.rates.distanceRates[name] ?? null,
        }
      }),
    ),
  }
}

export const flipFigure = (
  grid: Grid,
  chosen: PerturbationParams,
  found: ByModel,
  origin: string,
): FigureSpec =>
  categoryBars({
    id: 'imagenet-p-flips',
    title: 'Flip probability',
    label: 'Perturbation',
    categories: chosenPerturbations(chosen),
    y: { label: 'Flip probability', unit: 'percent', scale: 'linear', min: 0 },
    models: grid.models,
    bandLabel: '95 % bootstrap interval',
    barOf(model, name) {
      const own = [...(found.get(model.id)?.own ?? [])].find(([key]) => key === name)?.[1]
      return own ? { value: own.flips, interval: own.flipInterval, n: own.sequences } : undefined
    },
    notes: [origin, 'Noise: every frame against the first; others: against the frame before.'],
  })

export const distanceFigure = (
  grid: Grid,
  chosen: PerturbationParams,
  found: ByModel,
  origin: string,
): FigureSpec =>
  categoryBars({
    id: 'imagenet-p-distance',
    title: 'Top-5 distance',
    label: 'Perturbation',
    categories: chosenPerturbations(chosen),
    y: { label: 'Mean top-5 distance', unit: 'none', scale: 'linear', min: 0 },
    models: grid.models,
    bandLabel: '',
    barOf(model, name) {
      const own = [...(found.get(model.id)?.own ?? [])].find(([key]) => key === name)?.[1]
      return own ? { value: own.distance, n: own.sequences } : undefined
    },
    notes: [origin, 'From 0 (the same five in the same order) to 15 (none in common).'],
  })
