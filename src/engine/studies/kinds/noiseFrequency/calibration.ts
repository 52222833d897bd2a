import { numberText } from '#shared/params/numbers.ts'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { BandNoise } from '#shared/transforms/index.ts'
import { levelSeries } from '../../summary/levels.ts'
import { changeMetric } from '../../summary/metrics.ts'
import type { Condition } from '../../../facts/index.ts'
import type { Grid } from '../../definition/index.ts'
import type { FrequencyParams } from './params.ts'

/** Where strengths are tried, in thousandths of π, and the change of RepLKNet-31B there (paper, Table 5). */
const centre = 700
const wantedChange = -0.05

export const isCalibration = ({ params }: Pick<StudyCondition, 'params'>): boolean =>
  params['strength'] !== undefined

/** A condition for each strength that is tried at 0.7π. */
export const calibrationConditions = (
  { strengths, width, energy, ring, draw, seed }: FrequencyParams,
  std: BandNoise['std'],
): Condition[] =>
  ascending(strengths).map((strength) => ({
    key: `strength=${strength}`,
    params: { centre, strength },
    title: `noise at ${centre / 1000}π, ε ${numberText(strength)}`,
    way: 'calibration',
    transform: () => ({ op: 'bandNoise', centre, width, epsilon: strength, energy, ring, draw, seed, std }),
  }))

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b)

/** A strength and the change in top-1 there, from -1 to 1. */
export interface TriedStrength {
  strength: number
  change: number
}

/**
 * The smallest strength at which the change falls to a wanted one, on straight lines through the tried strengths and (0, 0);
 * null where it never falls that far.
 *
 * @param tried in ascending order of strength
 */
export function strengthAt(tried: readonly TriedStrength[], wanted: number): number | null {
  let before: TriedStrength = { strength: 0, change: 0 }
  for (const next of tried) {
    if (next.change <= wanted) {
      const share = (wanted - before.change) / (next.change - before.change)
      return before.strength + share * (next.strength - before.strength)
    }
    before = next
  }
  return null
}

/** The calibrated strength of a model with the interval that follows from the intervals of the changes. */
function calibrated(grid: Grid, modelId: number) {
  const cells = grid.cells.filter((cell) => cell.modelId === modelId && isCalibration(cell))
  const tried = cells.map((cell) => ({
    strength: Number(cell.params['strength']),
    ...changeMetric(grid, cell, 'calibration', ''),
  }))
  const along = (read: (one: (typeof tried)[number]) => number | null | undefined) => {
    const points = tried.flatMap((one) => {
      const change = read(one)
      return change == null ? [] : [{ strength: one.strength, change }]
    })
    return points.length === tried.length ? strengthAt(points, wantedChange) : null
  }
  return {
    epsilon: along(({ value }) => value),
    lo: along(({ interval }) => interval?.lo),
    hi: along(({ interval }) => interval?.hi),
    n: Math.min(...cells.map(({ n }) => n)),
  }
}

/** Table, figure and notes of the calibration; nothing where no strengths are tried. */
export async function calibrationView(
  grid: Grid,
  { strengths }: FrequencyParams,
): Promise<{ tables: DataTable[]; figures: FigureSpec[]; notes: string[] }> {
  if (strengths.length === 0) return { tables: [], figures: [], notes: [] }
  const found = grid.models.map((model) => ({ model, ...calibrated(grid, model.id) }))
  return {
    tables: [
      {
        id: 'calibration',
        title: 'Strength at which 5 points are lost at 0.7π',
        columns: [
          { key: 'model', title: 'Model', kind: 'text' },
          { key: 'epsilon', title: 'ε', kind: 'number' },
          { key: 'lo', title: '95 % from', kind: 'number' },
          { key: 'hi', title: 'to', kind: 'number' },
          { key: 'n', title: 'Images', kind: 'integer' },
        ],
        rows: found.map(({ model, epsilon, lo, hi, n }) => ({ model: model.title, epsilon, lo, hi, n })),
      },
    ],
    figures: [await strengthFigure(grid)],
    notes: found.map(({ model, epsilon }) =>
      epsilon === null
        ? `${model.title}: no tried strength takes 5 points at 0.7π, or not all are measured.`
        : `${model.title} loses 5 points at 0.7π with ε ${epsilon.toPrecision(3)}: give this as the strength, to compare other models at it.`,
    ),
  }
}

async function strengthFigure(grid: Grid): Promise<FigureSpec> {
  const strengthOf = (cell: StudyCondition) => (isCalibration(cell) ? Number(cell.params['strength']) : null)
  return {
    id: 'calibration',
    kind: 'lines',
    title: 'Strength of the noise at 0.7π',
    x: { label: 'ε in the normalised input', unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Change in top-1', unit: 'points', scale: 'linear' },
    series: await levelSeries(grid, strengthOf, { repeats: 1, change: true }),
    references: [{ label: 'RepLKNet-31B in the paper', axis: 'y', value: wantedChange }],
    spans: [],
    notes: ['Intervals are those of the accuracy under noise.'],
    alt: `Change in top-1 accuracy against the strength of noise at 0.7π, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}
