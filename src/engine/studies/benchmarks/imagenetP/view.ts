import type { DataTable, Interval, ReportedValue } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { barsFigure, categoryBars } from '../../summary/bars.ts'
import { chosenPerturbations, type PerturbationParams } from './conditions.ts'
import type { Rates } from './rates.ts'
import type { Stabilities, PerturbationUnit } from './scores.ts'
import type { Grid } from '../../definition/index.ts'

/** The results of one model that tables and figures show. */
export interface ModelResult {
  own: Stabilities
  rates: Rates
}

export type ResultsByModel = Map<number, ModelResult>

/** Table 2: one row per model. */
export function summaryTable(grid: Grid, unit: PerturbationUnit | null, found: ResultsByModel): DataTable {
  const against = unit?.flips ? ` (${unit.name} = 100)` : ''
  const distanceAgainst = unit?.distances ? ` (${unit.distancesOf} = 100)` : ''
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
      { key: 'mt5dLo', title: '95 % from', kind: 'number' },
      { key: 'mt5dHi', title: 'to', kind: 'number' },
      { key: 'flips', title: 'Mean flip probability', kind: 'fraction', better: 'lower' },
      { key: 'flipsLo', title: '95 % from', kind: 'fraction' },
      { key: 'flipsHi', title: 'to', kind: 'fraction' },
      { key: 'distance', title: 'Mean top-5 distance', kind: 'number', better: 'lower' },
      { key: 'distanceLo', title: '95 % from', kind: 'number' },
      { key: 'distanceHi', title: 'to', kind: 'number' },
    ],
    rows: grid.models.map((model) => {
      const measured = found.get(model.id)
      const own = [...(measured?.own.values() ?? [])]
      const raw = rawMeans(grid, measured)
      return {
        model: model.title,
        sequences: own.length === 0 ? 0 : Math.min(...own.map(({ sequences }) => sequences.length)),
        mfr: measured?.rates.mfr ?? null,
        lo: measured?.rates.mfrInterval?.lo ?? null,
        hi: measured?.rates.mfrInterval?.hi ?? null,
        mt5d: measured?.rates.mt5d ?? null,
        mt5dLo: measured?.rates.mt5dInterval?.lo ?? null,
        mt5dHi: measured?.rates.mt5dInterval?.hi ?? null,
        flips: raw.flips.value,
        flipsLo: raw.flips.interval?.lo ?? null,
        flipsHi: raw.flips.interval?.hi ?? null,
        distance: raw.distance.value,
        distanceLo: raw.distance.interval?.lo ?? null,
        distanceHi: raw.distance.interval?.hi ?? null,
      }
    }),
  }
}

interface RawMean {
  value: number | null
  interval: Interval | null
}

/**
 * Mean flip probability (0 to 1) and mean top-5 distance (0 to 15) over the perturbations of a study, once
 * all of them are whole.
 */
export function rawMeans(
  grid: Grid,
  measured: ModelResult | undefined,
): { flips: RawMean; distance: RawMean } {
  const own = [...(measured?.own.values() ?? [])]
  const whole = own.length > 0 && own.length === perturbationsOf(grid).length
  const raw = (values: (number | null)[], interval: Interval | null | undefined): RawMean =>
    whole ? { value: mean(values), interval: interval ?? null } : { value: null, interval: null }
  return {
    flips: raw(
      own.map(({ flips }) => flips),
      measured?.rates.meanFlipsInterval,
    ),
    distance: raw(
      own.map(({ distance }) => distance),
      measured?.rates.meanDistanceInterval,
    ),
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

/** One row per model and perturbation: raw values, and rates relative to the baseline. */
export function perturbationTable(
  grid: Grid,
  chosen: PerturbationParams,
  unit: PerturbationUnit | null,
  found: ResultsByModel,
): DataTable {
  const against = unit?.flips ? ` (${unit.name} = 100)` : ''
  const distanceAgainst = unit?.distances ? ` (${unit.distancesOf} = 100)` : ''
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
      { key: 'rateLo', title: '95 % from', kind: 'number' },
      { key: 'rateHi', title: 'to', kind: 'number' },
      { key: 'distance', title: 'Top-5 distance', kind: 'number', better: 'lower' },
      { key: 'distanceLo', title: '95 % from', kind: 'number' },
      { key: 'distanceHi', title: 'to', kind: 'number' },
      { key: 't5d', title: `T5D${distanceAgainst}`, kind: 'number', better: 'lower' },
    ],
    rows: grid.models.flatMap((model) =>
      chosenPerturbations(chosen).map((name) => {
        const measured = found.get(model.id)
        const own = measured?.own.get(name)
        const intervals = measured?.rates.byPerturbation.get(name)
        return {
          model: model.title,
          perturbation: name,
          sequences: own?.sequences.length ?? 0,
          flips: own?.flips ?? null,
          lo: intervals?.flips?.lo ?? null,
          hi: intervals?.flips?.hi ?? null,
          rate: measured?.rates.flipRates[name] ?? null,
          rateLo: intervals?.flipRate?.lo ?? null,
          rateHi: intervals?.flipRate?.hi ?? null,
          distance: own?.distance ?? null,
          distanceLo: intervals?.distance?.lo ?? null,
          distanceHi: intervals?.distance?.hi ?? null,
          t5d: measured?.rates.distanceRates[name] ?? null,
        }
      }),
    ),
  }
}

/** Table 2 as bars: mFR and mT5D with a baseline, else raw mean flip probability. */
export function rateFigure(
  grid: Grid,
  unit: PerturbationUnit | null,
  found: ResultsByModel,
  reported: ReportedValue[],
  notes: string[],
): FigureSpec {
  const shared = { models: grid.models, notes: ['Lower is better. Whiskers: 95 % bootstrap.', ...notes] }
  const bandLabel = '95 % bootstrap interval'
  const rates = [
    { id: 'mfr', name: 'mFR', interval: 'mfrInterval' },
    { id: 'mt5d', name: 'mT5D', interval: 'mt5dInterval' },
  ] as const
  const known = rates.filter(({ id }) => [...found.values()].some(({ rates: own }) => own[id] !== null))
  if (known.length === 0)
    return barsFigure({
      ...shared,
      id: 'imagenet-p-raw',
      title: 'Mean flip probability',
      y: { label: 'Mean flip probability', unit: 'percent', scale: 'linear', min: 0 },
      groups: [
        { id: 'flips', name: 'Raw', bandLabel, barOf: ({ id }) => rawMeans(grid, found.get(id)).flips },
      ],
    })
  return barsFigure({
    ...shared,
    id: 'imagenet-p-rates',
    title: known.map(({ name }) => name).join(' and '),
    y: { label: `Mean rate (${unit?.name ?? ''} = 100)`, unit: 'none', scale: 'linear', min: 0 },
    groups: known.map(({ id, name, interval }) => ({
      id,
      name,
      bandLabel,
      barOf(model) {
        const own = found.get(model.id)?.rates
        return own && { value: own[id], interval: own[interval] }
      },
    })),
    reported: known.some(({ id }) => id === 'mfr') ? reported : [],
  })
}

export const flipFigure = (
  grid: Grid,
  chosen: PerturbationParams,
  found: ResultsByModel,
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
      const { own, rates } = ofPerturbation(found, model.id, name)
      return own ? { value: own.flips, interval: rates?.flips ?? null, n: own.sequences.length } : undefined
    },
    notes: [origin, 'Noise: every frame against the first; others: against the frame before.'],
  })

export const distanceFigure = (
  grid: Grid,
  chosen: PerturbationParams,
  found: ResultsByModel,
  origin: string,
): FigureSpec =>
  categoryBars({
    id: 'imagenet-p-distance',
    title: 'Top-5 distance',
    label: 'Perturbation',
    categories: chosenPerturbations(chosen),
    y: { label: 'Mean top-5 distance', unit: 'none', scale: 'linear', min: 0 },
    models: grid.models,
    bandLabel: '95 % bootstrap interval',
    barOf(model, name) {
      const { own, rates } = ofPerturbation(found, model.id, name)
      return own
        ? { value: own.distance, interval: rates?.distance ?? null, n: own.sequences.length }
        : undefined
    },
    notes: [origin, 'From 0 (the same five in the same order) to 15 (none in common).'],
  })

function ofPerturbation(found: ResultsByModel, modelId: number, name: string) {
  const measured = found.get(modelId)
  return {
    own: [...(measured?.own ?? [])].find(([key]) => key === name)?.[1],
    rates: measured?.rates.byPerturbation.get(name),
  }
}
