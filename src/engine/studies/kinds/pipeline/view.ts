import { valueText } from '#shared/params/describe.ts'
import { numberText } from '#shared/params/numbers.ts'
import type { KeyNumber, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { fieldsOfStep, stepName, sweepable, type PipelineChoice } from '#shared/transforms/index.ts'
import type { Grid } from '../../definition/index.ts'
import type { PairedRow } from '../../summary/againstBaseline.ts'
import { barsFigure } from '../../summary/bars.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { changeOf, levelSeries } from '../../summary/levels.ts'

const isClean = ({ key }: Pick<StudyCondition, 'key'>) => key === 'clean'
const valueOf = ({ params: { value } }: StudyCondition) => (value === undefined ? null : Number(value))

/** The swept parameter with its transform, e.g. "Severity of shot noise"; null without a sweep. */
export function sweptTitle({ steps, sweep }: PipelineChoice): string | null {
  const step = sweep ? steps[sweep.step - 1] : undefined
  const field = step && sweepable(step).find(({ key }) => key === sweep?.parameter)
  if (!step || !field) return null
  return `${field.title} of ${stepName(step)}${field.unit ? ` (${field.unit})` : ''}`
}

/** Each transform with its parameters, e.g. "1. fog (severity 3, jpeg no, seed 0)". The swept one has no value. */
export const stepWords = ({ steps, sweep }: PipelineChoice): string =>
  steps
    .map((step, at) => {
      const values: Record<string, unknown> = step
      const said = fieldsOfStep(step).map(({ key }) =>
        sweep?.step === at + 1 && sweep.parameter === key
          ? `${key} swept`
          : `${key} ${valueText(values[key])}`,
      )
      return `${at + 1}. ${stepName(step)} (${said.join(', ')})`
    })
    .join('; ')

/** Cells titled by what differs between them, e.g. "severity 3". The pipeline stands beside. */
export const briefly = ({ cells }: Pick<Grid, 'cells'>, { sweep }: PipelineChoice): StudyCondition[] =>
  cells.map((cell) => ({ ...cell, title: briefTitle(cell, sweep) }))

const briefTitle = (cell: StudyCondition, sweep: PipelineChoice['sweep']): string => {
  const value = valueOf(cell)
  return sweep && value !== null ? `${sweep.parameter} ${numberText(value)}` : cell.title
}

/** The images of each condition but the clean one, paired with the clean ones. */
export const pairedRows = (grid: Grid, { sweep }: PipelineChoice): PairedRow[] =>
  grid.cells
    .filter((cell) => !isClean(cell))
    .map((cell) => ({ model: cell.model, condition: briefTitle(cell, sweep), counts: grid.pairs(cell) }))

/** The mean change over all conditions, of models with all of them whole. */
export function keyOf(grid: Grid): KeyNumber | null {
  return keyNumber(
    'Mean change in top-1',
    'points',
    grid.models.map(({ id }) => {
      const cells = grid.cells.filter((cell) => cell.modelId === id && !isClean(cell))
      const changes = cells.map((cell) => changeOf(grid, cell) ?? Number.NaN)
      const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length
      return { modelId: id, value: mean, n: Math.min(...cells.map(({ n }) => n)) }
    }),
  )
}

/** Accuracy and its change against the swept parameter; bars of the two conditions without one. */
export async function pipelineFigures(grid: Grid, chosen: PipelineChoice): Promise<FigureSpec[]> {
  const label = sweptTitle(chosen)
  const names = grid.models.map(({ title }) => title).join(', ')
  const steps = chosen.steps.map(stepName).join(', then ')
  const accuracy = { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 } as const
  if (label === null)
    return [
      barsFigure({
        id: 'pipeline',
        title: 'Pipeline of transforms',
        y: accuracy,
        models: grid.models,
        groups: ['clean', 'pipeline'].map((key) => ({
          id: key,
          name: key === 'clean' ? 'Clean' : 'Pipeline',
          barOf(model) {
            const cell = grid.cells.find((one) => one.modelId === model.id && one.key === key)
            return cell && { value: cell.top1, interval: cell.interval, n: cell.n, key: cell.key }
          },
        })),
        notes: [`Pipeline: ${steps}.`],
      }),
    ]
  const shared = {
    kind: 'lines' as const,
    x: { label, unit: 'none', scale: 'linear' } as const,
    spans: [],
  }
  return [
    {
      ...shared,
      id: 'pipeline',
      title: 'Pipeline of transforms',
      y: accuracy,
      series: await levelSeries(grid, valueOf, { repeats: 1 }),
      references: [],
      notes: [`Pipeline: ${steps}.`],
      alt: `Top-1 accuracy under ${steps}, against ${label}, for ${names}.`,
    },
    {
      ...shared,
      id: 'pipeline-change',
      title: 'Pipeline of transforms, change',
      y: { label: 'Change in top-1', unit: 'points', scale: 'linear' },
      series: await levelSeries(grid, valueOf, { repeats: 1, change: true }),
      references: [{ label: 'clean', axis: 'y', value: 0 }],
      notes: [`Pipeline: ${steps}.`, 'Intervals are those of the accuracy under the pipeline.'],
      alt: `Change in top-1 accuracy under ${steps}, against ${label}, for ${names}.`,
    },
  ]
}
