import { numberText } from '#shared/params/numbers.ts'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { bandRadii, type BandNoise } from '#shared/transforms/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { changeOf, levelSeries } from '../../summary/levels.ts'
import { changeMetric, nearest } from '../../summary/metrics.ts'
import { paperStatements, paperValues } from '../../summary/paper.ts'
import { calibrationConditions, calibrationView, isCalibration } from './calibration.ts'
import { params, type FrequencyParams } from './params.ts'
import { spectrumFigures } from './spectrum.ts'
import type { Condition } from '../../../facts/index.ts'
import { defineStudy, type Grid, type Metric, unchanged } from '../../definition/index.ts'

/** Accuracy under noise of one frequency band (paper 4.4, Fig. 8). */
export const noiseFrequency = defineStudy({
  id: 'noise-frequency',
  title: 'Noise frequency',
  section: '4.4',
  description:
    'Random noise limited to a band of spatial frequencies is added to the normalised input; the loss of accuracy shows which frequencies a model listens to.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Four bands.',
      params: { centres: [100, 400, 700, 1000] },
    },
    {
      id: 'paper',
      title: 'As in the paper',
      description: 'Bands of 0.1π from 0 to π, square rings, random signs of 0.7.',
      params: {},
      repeats: ['Fig. 8', 'Table 5'],
      deviates: [
        'The paper does not print its ε; 0.7 is what the author of the method answers (how-do-vits-work, issue 44).',
        'One draw for each image, the same for all models; the script draws anew.',
        'No script of this experiment is published: every model has its own preprocessing.',
      ],
    },
    {
      id: 'calibrate',
      title: 'Calibrate the strength',
      description:
        'Strengths 0.1 to 2 at 0.7π: the one at which a model loses 5 points is the ε to compare models at.',
      params: { centres: [700], strengths: [0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2] },
    },
    {
      id: 'equal',
      title: 'Equal energy',
      description: 'Every band scaled to RMS 0.25: the curve shows frequency alone.',
      params: { energy: 'equal', epsilon: 0.25 },
    },
  ],
  definitions: [
    {
      name: 'noise',
      formula:
        'ε sign(N(0,1)) per value, cut to the band in the Fourier domain, added after normalisation, not clipped',
      source: 'Park and Kim 2022, ops/adversarial.py and issue 44',
    },
    {
      name: 'band',
      formula: 'frequencies from floor((f - s) h/2π) to floor((f + s) h/2π), s = half the window',
    },
    {
      name: 'calibrated ε',
      formula:
        'where the change at 0.7π is -5 points, on the straight line between the strengths around it; its interval: where the limits of the change are',
      source: 'paper, Table 5: RepLKNet-31B loses 5.0 points',
    },
    { name: 'as published', formula: 'noise power grows with the area of the ring' },
  ],
  ranked: true,
  printedIn: ['Table 5'],
  questions: [
    {
      id: 'noise-frequency',
      section: '4.4',
      title: 'Noise frequency',
      asks: 'Is the model more sensitive to slow or to fast noise?',
      look: 'The lowest point of each curve: the frequency that hurts most.',
      params: () => ({ centres: [0, 200, 400, 600, 800, 1000] }),
      transformSeconds: 0.004,
    },
  ],
  axis: {
    title: () => 'Frequency (π)',
    of: ({ centre, strength }) => (strength === undefined ? Number(centre) / 1000 : null),
    label: (x) => `${x}π`,
  },
  conditions: (chosen, model) => conditions(chosen, model),
  async view(grid, chosen, context) {
    const calibration = await calibrationView(grid, chosen)
    return {
      tables: [bandTable(grid, context.models, chosen), ...calibration.tables],
      figures: [
        await frequencyFigure(grid, chosen),
        ...calibration.figures,
        ...(await spectrumFigures(bandsOf(chosen), context)),
      ],
      reported: [
        ...paperStatements('Fig. 8'),
        ...paperValues(({ metric }) => metric.startsWith('frequency noise')),
      ],
      metrics: frequencyMetrics(grid, chosen),
      notes: [
        `Noise of ${chosen.draw === 'sign' ? 'random signs' : 'normal values'}, ε ${numberText(chosen.epsilon)} in the normalised input, ${chosen.energy === 'equal' ? 'every band scaled to RMS ε' : 'energy as published'}, ${chosen.ring} rings, window ${chosen.width / 1000}π, seed ${chosen.seed}.`,
        'Added to the normalised input in float32 and not clipped.',
        'The paper does not say its ε; 0.7 is the answer of the method’s author.',
        ...calibration.notes,
      ],
    }
  },
})

/**
 * The noise of each band of a study, bands ascending. `std` of the normalised input differs by model and is
 * left out.
 */
function bandsOf({
  centres,
  width,
  epsilon,
  energy,
  ring,
  draw,
  seed,
}: FrequencyParams): Omit<BandNoise, 'std'>[] {
  return [...new Set(centres)]
    .sort((a, b) => a - b)
    .map((centre) => ({ op: 'bandNoise', centre, width, epsilon, energy, ring, draw, seed }))
}

const conditions = (chosen: FrequencyParams, { preprocessing: { std } }: StoredModel): Condition[] => [
  { key: 'clean', params: { centre: -1 }, title: 'clean', baseline: true, transform: unchanged },
  ...bandsOf(chosen).map((band): Condition => ({
    key: `centre=${band.centre}`,
    params: { centre: band.centre },
    title: `noise at ${band.centre / 1000}π`,
    transform: () => ({ ...band, std }),
  })),
  ...calibrationConditions(chosen, std),
]

/** Table 5: the change at 0.7 π, or in the nearest band that the study has. */
function frequencyMetrics(grid: Grid, { centres }: FrequencyParams): Metric[] {
  const centre = nearest(centres, 700)
  return grid.cells
    .filter((cell) => cell.params['centre'] === centre && !isCalibration(cell))
    .map((cell) =>
      changeMetric(
        grid,
        cell,
        `noise-frequency.pi-${centre}`,
        `Noise at ${Number(centre) / 1000} π, change in top-1`,
      ),
    )
}

const frequencyOf = (cell: StudyCondition) =>
  Number(cell.params['centre']) < 0 || isCalibration(cell) ? null : Number(cell.params['centre']) / 1000

/** Fig. 8: change in accuracy against frequency, in units of π. */
async function frequencyFigure(grid: Grid, { width }: FrequencyParams): Promise<FigureSpec> {
  return {
    id: 'frequency',
    kind: 'lines',
    title: 'Noise frequency',
    x: { label: 'Frequency', unit: 'pi', scale: 'linear' },
    y: { label: 'Change in top-1', unit: 'points', scale: 'linear' },
    series: await levelSeries(grid, frequencyOf, { repeats: 1, change: true }),
    references: [{ label: 'clean', axis: 'y', value: 0 }],
    spans: [],
    notes: [
      `Bands ${width / 1000}π wide around each frequency.`,
      'Intervals are those of the accuracy under noise.',
    ],
    alt: `Change in top-1 accuracy against the frequency of added noise, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

function bandTable(grid: Grid, models: StoredModel[], chosen: FrequencyParams): DataTable {
  return {
    id: 'bands',
    title: 'Accuracy by band',
    comparedWithin: ['frequency'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'frequency', title: 'Frequency / π', kind: 'number' },
      { key: 'inner', title: 'Radius from', kind: 'integer' },
      { key: 'outer', title: 'to', kind: 'integer' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change against clean', kind: 'points' },
    ],
    rows: grid.cells
      .filter((cell) => !isCalibration(cell))
      .map((cell) => {
        const centre = Number(cell.params['centre'])
        const size = models.find(({ id }) => id === cell.modelId)?.preprocessing.size[0] ?? 0
        const radii = centre < 0 ? null : bandRadii({ centre, width: chosen.width }, size)
        return {
          model: cell.model,
          frequency: frequencyOf(cell),
          inner: radii?.inner ?? null,
          outer: radii?.outer ?? null,
          n: cell.n,
          top1: cell.top1,
          lo: cell.interval?.lo ?? null,
          hi: cell.interval?.hi ?? null,
          change: changeOf(grid, cell),
        }
      }),
  }
}
