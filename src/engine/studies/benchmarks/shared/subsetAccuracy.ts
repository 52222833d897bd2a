import { z } from 'zod'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import { getDataset } from '../../../datasets/index.ts'
import { perClassTable } from '../../summary/classes.ts'
import type { Db } from '../../../workspace/index.ts'
import { accuracyMetric } from '../../summary/metrics.ts'
import { paperStatements, paperValues } from '../../summary/paper.ts'
import { isImagenet, notImagenet, subsetClasses, subsetReadout } from '../../summary/answers.ts'
import { asFractions, barsFigure, type BarGroup } from '../../summary/bars.ts'
import { binNotes, calibrationColumns, calibrationOf, type Calibration } from '../../summary/calibration.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { carriedOver } from './deviations.ts'
import { findValidation, validationParam } from './validation.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { worstTable } from '../../summary/worst.ts'
import type { Condition } from '../../../facts/index.ts'
import {
  defineStudy,
  type Grid,
  type Metric,
  type StudyDefinition,
  unchanged,
  type View,
} from '../../definition/index.ts'

const params = z.object({ validation: validationParam })

/** The differences between the benchmarks of top-1 over 200 classes. */
export interface SubsetBenchmark {
  id: 'imagenet-a' | 'imagenet-r'
  letter: 'A' | 'R'
  description: string
  /** Figure of the paper that shows it. */
  figure: string
  source: string
  /** Tables of the paper that print its accuracy. */
  printedIn: readonly string[]
  /** Its question on the page of questions, and where the answer stands. */
  asks: string
  look: string
}

/**
 * Declares ImageNet-A or -R: top-1 under both rules, and under rule 200 on ordinary images of the same
 * classes.
 */
export function subsetAccuracy(benchmark: SubsetBenchmark): StudyDefinition {
  const { id, letter } = benchmark
  const name = `ImageNet-${letter}`
  return defineStudy({
    id,
    title: name,
    section: '3.2',
    description: benchmark.description,
    params,
    presets: [
      {
        id: 'default',
        title: 'All images',
        description: 'Every image once; both rules are read off the same pass.',
        params: {},
        repeats: [benchmark.figure, ...benchmark.printedIn, 'Table 7'],
        deviates: ['The paper’s tables hold rule 1000, by their numbers; it does not say so.', carriedOver],
      },
    ],
    definitions: [
      {
        name: 'rule 1000',
        formula:
          'argmax over all outputs; a class outside the set is wrong. What the tables of the paper hold.',
        source: 'sayakpaul/robustness-vit',
      },
      {
        name: 'rule 200',
        formula: 'argmax over the outputs of the classes of the set alone; softmax over them',
        source: benchmark.source,
      },
      {
        name: 'same classes, ordinary images',
        formula:
          'rule 200 on validation images of the same classes; the gap is its accuracy minus that on the set',
        source: 'hendrycks/imagenet-r eval.py',
      },
      {
        name: 'calibration',
        formula:
          'RMS over bins of 100 images in order of confidence (all bins, where the published code drops the last), and ECE over ten bins; confidence by rule 200; without intervals, since a bootstrap of binned errors is biased upwards',
        source: 'natural-adv-examples calibration_tools.py',
      },
      {
        name: 'AURRA',
        formula: 'mean accuracy of the k most confident images, k = 1 to all; confidence by rule 200',
        source: 'natural-adv-examples calibration_tools.py',
      },
    ],
    ranked: true,
    printedIn: benchmark.printedIn,
    docs: `benchmarks/${id}.md`,
    suite: { recognised: [id] },
    questions: [{ id, section: '3', title: name, asks: benchmark.asks, look: benchmark.look }],
    settle: (chosen, context) => ({
      ...chosen,
      validation: findValidation(context, chosen.validation, subsetClasses(context.dataset)),
    }),
    otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
    conditions({ validation }, model, { dataset }): Condition[] {
      const readout = subsetReadout(dataset, model, true)
      return [
        { key: 'rule1000', params: { rule: 1000 }, title: 'rule 1000', transform: unchanged },
        ...(readout
          ? [{ key: 'rule200', params: { rule: 200 }, title: 'rule 200', transform: unchanged, readout }]
          : []),
        ...(readout && validation !== null
          ? [
              {
                key: 'ordinary',
                params: { rule: 200 },
                title: 'ordinary images, rule 200',
                transform: unchanged,
                readout,
                images: { datasetId: validation, classes: subsetClasses(dataset) },
              },
            ]
          : []),
      ]
    },
    async view(grid, { validation }, { workspace, source }): Promise<View> {
      const published = isImagenet(getDataset(workspace.db, source.datasetId))
      const reported = paperValues(
        ({ dataset, metric, source }) => dataset === name && metric === 'top-1' && source !== 'Table 7',
      )
      return {
        tables: [
          await accuracyTable(workspace.db, grid, name),
          perClassTable({ ...grid, cells: grid.cells.filter(({ key }) => key === 'rule1000') }),
          await worstTable(workspace.db, {
            title: 'Wrong with most confidence (rule 200)',
            models: grid.models,
            keys: ['rule200'],
            which: 'wrong',
          }),
        ],
        figures: [
          barsFigure({
            id: `${id}-accuracy`,
            title: `${name} top-1`,
            y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
            models: grid.models,
            groups: groupsOf(grid, validation !== null),
            reported: published ? asFractions(reported) : [],
            notes: [...(published ? ['Hollow: values the paper prints (rule 1000).'] : [])],
          }),
        ],
        reported: [...reported, ...paperStatements(benchmark.figure)],
        metrics: metricsOf(grid, id, name),
        notes: [
          'The paper is compared with rule 1000; the authors of the set use rule 200.',
          ...(published ? [] : [notImagenet]),
          validation === null
            ? 'No ordinary images of the same classes in the workspace, so no gap.'
            : 'Gap: rule 200 on ordinary images of the same classes minus rule 200 on the set.',
          ...binNotes(grid, 'rule200'),
        ],
      }
    },
  })
}

function groupsOf(grid: Grid, withOrdinary: boolean): BarGroup[] {
  const group = (key: string, name: string): BarGroup => ({
    id: key,
    name,
    barOf(model) {
      const cell = cellOf(grid, model.id, key)
      return cell
        ? { value: cell.top1, interval: cell.interval, ...standsOn(cell), ...ofAll(cell.sequence), key }
        : undefined
    },
  })
  return [
    group('rule1000', 'All classes (rule 1000)'),
    group('rule200', 'Classes of the set (rule 200)'),
    ...(withOrdinary ? [group('ordinary', 'Ordinary images (rule 200)')] : []),
  ]
}

async function accuracyTable(db: Db, grid: Grid, name: string): Promise<DataTable> {
  const calibrations = new Map<number, Calibration>()
  for (const model of grid.models) calibrations.set(model.id, await calibrationOf(db, model, 'rule200'))
  return {
    id: 'accuracy',
    title: name,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'rule1000', title: 'Top-1, rule 1000', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'rule200', title: 'Top-1, rule 200', kind: 'fraction', better: 'higher' },
      { key: 'lo200', title: '95 % from', kind: 'fraction' },
      { key: 'hi200', title: 'to', kind: 'fraction' },
      { key: 'macro', title: 'Mean of classes, rule 1000', kind: 'fraction', better: 'higher' },
      { key: 'ordinary', title: 'Ordinary images, rule 200', kind: 'fraction', better: 'higher' },
      { key: 'gap', title: 'Gap', kind: 'points', better: 'lower' },
      ...calibrationColumns,
    ],
    rows: grid.models.map((model) => {
      const [full, chosen, ordinary] = ['rule1000', 'rule200', 'ordinary'].map((key) =>
        cellOf(grid, model.id, key),
      )
      const classes = full ? grid.perClass(full).filter(({ n }) => n > 0) : []
      return {
        model: model.title,
        n: full?.n ?? 0,
        rule1000: full?.top1 ?? null,
        lo: full?.interval?.lo ?? null,
        hi: full?.interval?.hi ?? null,
        rule200: chosen?.top1 ?? null,
        lo200: chosen?.interval?.lo ?? null,
        hi200: chosen?.interval?.hi ?? null,
        macro:
          classes.length === 0
            ? null
            : classes.reduce((sum, { n, correct }) => sum + correct / n, 0) / classes.length,
        ordinary: ordinary?.top1 ?? null,
        gap: chosen && ordinary ? gapOf(grid, chosen, ordinary) : null,
        ...calibrations.get(model.id),
      }
    }),
  }
}

/** Top-1 of the ordinary images minus that of the set; null unless all images of both were measured. */
const gapOf = (grid: Grid, chosen: StudyCondition, ordinary: StudyCondition): number | null =>
  ordinary.top1 === null || chosen.top1 === null || !grid.whole(ordinary) || !grid.whole(chosen)
    ? null
    : ordinary.top1 - chosen.top1

function metricsOf(grid: Grid, id: string, name: string): Metric[] {
  const titles = { rule1000: `${name}, rule 1000`, rule200: `${name}, rule 200` }
  return Object.entries(titles).flatMap(([key, title]) =>
    grid.models.flatMap((model): Metric[] => {
      const cell = cellOf(grid, model.id, key)
      if (!cell) return []
      return [accuracyMetric(grid, cell, `${id}.${key}`, title)]
    }),
  )
}
