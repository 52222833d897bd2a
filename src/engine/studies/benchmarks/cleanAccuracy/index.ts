import { z } from 'zod'
import type { DataTable } from '#shared/contract/index.ts'
import { otherOrderWarning } from '#shared/labelWords.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { betterOrder } from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { calibrationColumns, binNotes, calibrationOf, type Calibration } from '../../summary/calibration.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { worstTable } from '../../summary/worst.ts'
import { accuracyMetric } from '../../summary/metrics.ts'
import { paperValues } from '../../summary/paper.ts'
import { perClassTable } from '../../summary/classes.ts'
import { confusionFigure } from '../../summary/confusion.ts'
import { targetLookup } from '../../measure/targets.ts'
import { carriedOver } from '../shared/deviations.ts'
import { defineStudy, type Grid, unchanged } from '../../definition/index.ts'
import { ordinaryKinds } from '#shared/datasetKinds.ts'

/** Top-1 and top-5 accuracy on unchanged images. */
export const cleanAccuracy = defineStudy({
  id: 'clean-accuracy',
  title: 'Clean accuracy',
  section: '3',
  description:
    'Top-1 and top-5 accuracy on the images as they are: per class, with confusions and intervals. The baseline of every other study.',
  params: z.object({}),
  presets: [
    {
      id: 'default',
      title: 'All images',
      description: 'Every readable, labelled image once.',
      params: {},
      repeats: ['Fig. 1', 'Table 6', 'Table 7'],
      deviates: [carriedOver],
    },
  ],
  definitions: [
    {
      name: 'top-1',
      formula: 'share of images whose largest output is the true class; ties go to the lowest index',
    },
    { name: 'top-5', formula: 'share of images whose true class is among the five largest outputs' },
    { name: 'interval', formula: 'Wilson score interval, 95 %', source: 'Wilson 1927' },
    {
      name: 'calibration',
      formula:
        'RMS over bins of 100 images in order of confidence (all bins), ECE over ten bins of equal width; AURRA: mean accuracy of the k most confident images; without intervals, since a bootstrap of binned errors is biased upwards',
      source: 'natural-adv-examples calibration_tools.py',
    },
    {
      name: 'paired test',
      formula: "McNemar's exact test on the images both models were measured on",
      source: 'McNemar 1947',
    },
  ],
  ranked: true,
  printedIn: ['Table 6'],
  suite: { recognised: ordinaryKinds },
  questions: [
    {
      id: 'more-models',
      section: '4.8',
      title: 'More large-kernel nets',
      asks: 'How do all the models compare on undisturbed images?',
      look: 'The paired tests: which differences are more than chance. The ranking then sets them beside robustness.',
    },
  ],
  conditions: () => [
    {
      key: 'clean',
      params: {},
      title: 'clean',
      baseline: true,
      transform: unchanged,
    },
  ],
  view: async (grid, _, { workspace: { db }, models }) => ({
    tables: [
      await accuracyTable(db, grid),
      perClassTable(grid),
      await worstTable(db, {
        title: 'Wrong with most confidence',
        models: grid.models,
        keys: ['clean'],
        which: 'wrong',
      }),
    ],
    figures: [
      accuracyFigure(grid),
      ...models.flatMap((model) => {
        const own = grid.cells.filter(({ modelId, n }) => modelId === model.id && n > 0)
        return own.map((cell) => confusionFigure(grid, cell, targetLookup(model)))
      }),
    ],
    reported: paperValues(({ dataset, metric }) => dataset === 'ImageNet' && metric === 'top-1'),
    metrics: grid.cells.map((cell) => accuracyMetric(grid, cell, 'clean-accuracy.top1', 'Clean top-1')),
    notes: [
      ...binNotes(grid, 'clean'),
      ...grid.cells.flatMap((cell) => {
        const counts = grid.confusion(cell)
        const share = betterOrder(counts, cell.correct)
        const none = counts.reduce((sum, { predicted, n }) => sum + (predicted < 0 ? n : 0), 0)
        return [
          ...(share === null ? [] : [`${cell.model}: ${otherOrderWarning(share)}`]),
          ...(none === 0
            ? []
            : [
                `${cell.model}: its outputs are not finite for ${none} of ${cell.n} images, which count as wrong.`,
              ]),
        ]
      }),
    ],
  }),
})

async function accuracyTable(db: Db, { cells, models }: Grid): Promise<DataTable> {
  const calibrations = new Map<number, Calibration>()
  for (const model of models) calibrations.set(model.id, await calibrationOf(db, model, 'clean'))
  return {
    id: 'accuracy',
    title: 'Accuracy',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'top1', title: 'Top-1', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'top5', title: 'Top-5', kind: 'fraction', better: 'higher' },
      ...calibrationColumns,
      { key: 'failed', title: 'Failed', kind: 'integer' },
    ],
    rows: cells.map(({ model, modelId, n, top1, top5, interval, failed }) => ({
      model,
      n,
      top1,
      lo: interval?.lo ?? null,
      hi: interval?.hi ?? null,
      top5,
      ...calibrations.get(modelId),
      failed,
    })),
  }
}

function accuracyFigure({ models, cells }: Grid): FigureSpec {
  return {
    id: 'accuracy',
    kind: 'bars',
    title: 'Clean accuracy',
    x: { label: 'Model', unit: 'none', scale: 'category', categories: models.map(({ title }) => title) },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    series: [
      {
        id: 'top1',
        name: 'Top-1',
        slot: 0,
        origin: 'measured',
        symbols: false,
        bandLabel: '95 % Wilson interval',
        points: cells.map((cell, x) => ({
          x,
          y: cell.top1,
          ...standsOn(cell),
          ...ofAll(cell.sequence),
          ref: `${cell.modelId}|${cell.key}`,
          ...(cell.interval ? { lo: cell.interval.lo, hi: cell.interval.hi } : {}),
        })),
      },
    ],
    references: [],
    spans: [],
    notes: ['Bars: top-1 on the images as they are.'],
    alt: `Top-1 accuracy of ${models.length} models: ${cells.map(({ model, top1 }) => `${model} ${top1 === null ? 'not measured' : `${(100 * top1).toFixed(1)} %`}`).join(', ')}.`,
  }
}
