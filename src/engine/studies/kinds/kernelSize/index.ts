import { z } from 'zod'
import type { DataTable, KeyNumber, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { StoredModel } from '../../../models/index.ts'
import { baselineOf, changeOf, levelSeries } from '../../summary/levels.ts'
import { centreless, maskSessions, maskWindows } from './windows.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { paperValues } from '../../summary/paper.ts'
import type { Condition } from '../../../facts/index.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { defineStudy, type Grid, unchanged } from '../../definition/index.ts'

const params = z.object({
  sizes: z
    .array(
      z
        .int()
        .min(1)
        .max(101)
        .refine((size) => size % 2 === 1, 'must be odd, to have a centre'),
    )
    .min(1)
    .default([3, 5, 7, 13, 21, 31])
    .meta({ title: 'Windows', description: 'Sides of the central window that is kept, odd', unit: 'px' }),
})

/** Models compared by kernel size, and trained kernels cut to a central window (paper 4.5 and 4.9). */
export const kernelSize = defineStudy({
  id: 'kernel-size',
  title: 'Kernel size',
  section: '4.5, 4.9',
  description:
    'Models against their largest kernel; and a probe without training: every depthwise kernel is zero outside a central window.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Windows of 3, 7 and 13.',
      params: { sizes: [3, 7, 13] },
    },
    { id: 'default', title: 'All windows', description: 'Windows of 3 to 31.', params: {} },
  ],
  definitions: [
    { name: 'kernel size', formula: 'side of the largest depthwise kernel, read from the graph' },
    {
      name: 'masked kernel',
      formula:
        'w[u,v] = 0 outside the central k x k window; nothing is retrained, so this is a probe and not the paper’s comparison',
      source: 'ours',
    },
  ],
  questions: [
    {
      id: 'kernel-matters',
      section: '4.5',
      title: 'Is it the large kernel?',
      asks: 'Does a trained large kernel still work when only its middle is kept?',
      look: 'How much the 31×31 model loses at a window of 3, beside the model trained with 3×3.',
      params: () => ({ sizes: [3, 7] }),
      models: ({ large }) => large.slice(0, 4),
    },
    {
      id: 'how-large',
      section: '4.9',
      title: 'How large a kernel?',
      asks: 'From which window on does more kernel no longer help?',
      look: 'Where the curve over windows of 3 to 31 becomes flat.',
      params: () => ({ sizes: [3, 5, 7, 13, 21, 31] }),
      models: ({ large }) => large.slice(0, 2),
    },
  ],
  needs: () => [{ rewrite: 'maskKernel', of: 'models' }],
  conditions: ({ sizes }, model) => conditions(sizes, model),
  axis: {
    title: () => 'Window kept (px)',
    of: ({ window }) => Number(window),
    label: (x) => `${x}×${x}`,
  },
  sessions: maskSessions,
  view: async (grid, _params, { models }) => ({
    tables: [sizeTable(grid, models)],
    key: keyOf(grid),
    figures: [await windowFigure(grid, models), sizeFigure(grid, models)],
    reported: paperValues(
      ({ source, metric }) => (source === 'Table 5' || source === 'Table 7') && metric === 'top-1',
    ),
    notes: [
      'The masked kernels are a probe of the trained model, not a model trained with smaller kernels.',
      ...models.flatMap(evenNote),
    ],
  }),
})

/** Notes the kernels that are not masked, because a window has no centre in them. */
function evenNote({ title, inspection }: StoredModel): string[] {
  const even = centreless(inspection.convolutions)
  return even.length === 0
    ? []
    : [`${title}: ${even.length} depthwise kernels of even sides have no centre and are not masked.`]
}

function conditions(sizes: number[], { largestKernel, inspection }: StoredModel): Condition[] {
  const smaller = [...new Set(sizes)]
    .filter((size) => maskWindows(inspection.convolutions, size).length > 0)
    .sort((a, b) => a - b)
  return [
    {
      key: 'whole',
      params: { window: largestKernel ?? 0, masked: false },
      title: 'kernels as they are',
      baseline: true,
      transform: unchanged,
    },
    ...smaller.map((size): Condition => ({
      key: `window=${size}`,
      params: { window: size, masked: true },
      title: `kernels cut to ${size}×${size}`,
      transform: unchanged,
      rewrite: { op: 'maskKernel', size },
    })),
  ]
}

/** Top-1 with the smallest window that was measured, else with the kernels as they are. */
function keyOf(grid: Grid): KeyNumber | null {
  const whole = grid.cells.filter((cell) => cell.top1 !== null && grid.whole(cell))
  const masked = whole.filter(({ params }) => params['masked'] === true)
  const smallest = Math.min(...masked.map(({ params }) => Number(params['window'])))
  const shown = masked.length > 0 ? masked.filter(({ params }) => params['window'] === smallest) : whole
  return keyNumber(
    masked.length > 0 ? `Top-1, kernels cut to ${smallest}×${smallest}` : 'Top-1, kernels as they are',
    'fraction',
    shown.map(({ modelId, top1, n }) => ({ modelId, value: top1, n })),
  )
}

const windowOf = ({ params }: StudyCondition) => Number(params['window']) || null

async function windowFigure(grid: Grid, models: StoredModel[]): Promise<FigureSpec> {
  return {
    id: 'window',
    kind: 'lines',
    title: 'Trained kernels cut to a window',
    x: { label: 'Side of the window kept', unit: 'pixels', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    // A model without depthwise kernels has no window.
    series: (await levelSeries(grid, windowOf, { repeats: 1 })).filter(({ points }) => points.length > 0),
    references: [],
    spans: [],
    notes: ['The last point of each line is the model as it is.'],
    alt: `Top-1 accuracy against the window that is kept of each depthwise kernel, for ${models.map(({ title }) => title).join(', ')}.`,
  }
}

/** One point per model: accuracy against the kernel size read from its graph (Table 7 as a picture). */
function sizeFigure(grid: Grid, models: StoredModel[]): FigureSpec {
  const points = models
    .filter(({ largestKernel }) => largestKernel !== null)
    .map((model) => ({
      model,
      cell: grid.cells.find(({ modelId, key }) => modelId === model.id && key === 'whole'),
    }))
    .sort((a, b) => (a.model.largestKernel ?? 0) - (b.model.largestKernel ?? 0))
  return {
    id: 'kernel-size',
    kind: 'scatter',
    title: 'Models by kernel size',
    x: { label: 'Largest depthwise kernel', unit: 'pixels', scale: 'linear' },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: points.map(({ model, cell }) => ({
      id: String(model.id),
      name: model.title,
      slot: models.indexOf(model),
      origin: 'measured' as const,
      symbols: true,
      bandLabel: '95 % Wilson interval',
      points: [
        {
          x: model.largestKernel ?? 0,
          y: cell?.top1 ?? null,
          ...(cell ? { ...standsOn(cell), ...ofAll(cell.sequence) } : { n: 0 }),
          ref: `${model.id}|whole`,
          ...(cell?.interval ? { lo: cell.interval.lo, hi: cell.interval.hi } : {}),
        },
      ],
    })),
    references: [],
    spans: [],
    notes: ['Kernel sizes are read from the graphs.'],
    alt: 'Top-1 accuracy of each model against its largest depthwise kernel.',
  }
}

/** Rows as in Tables 5 and 7, with the change against the first model of the study. */
function sizeTable(grid: Grid, models: StoredModel[]): DataTable {
  const [reference] = models
  const referenceTop1 = reference ? baselineOf(grid, reference.id) : null
  return {
    id: 'sizes',
    title: 'Accuracy by kernel size and window',
    comparedWithin: ['window'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'kernel', title: 'Kernel', kind: 'integer' },
      { key: 'window', title: 'Window kept', kind: 'integer' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'change', title: 'Change against the whole model', kind: 'points' },
      {
        key: 'delta',
        title: `Against ${reference?.title ?? 'the first model'}`,
        kind: 'points',
        better: 'higher',
      },
    ],
    rows: grid.cells.map((cell) => {
      const model = models.find(({ id }) => id === cell.modelId)
      return {
        model: cell.model,
        kernel: model?.largestKernel ?? null,
        window: windowOf(cell),
        n: cell.n,
        top1: cell.top1,
        lo: cell.interval?.lo ?? null,
        hi: cell.interval?.hi ?? null,
        change: changeOf(grid, cell),
        delta:
          cell.top1 === null || referenceTop1 === null || !grid.whole(cell)
            ? null
            : cell.top1 - referenceTop1,
      }
    }),
  }
}
