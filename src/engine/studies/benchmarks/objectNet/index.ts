import { z } from 'zod'
import type { DataTable, Dataset } from '#shared/contract/index.ts'
import type { Condition } from '../../../facts/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { defineStudy, type Grid, type GridModel, type Metric, unchanged } from '../../definition/index.ts'
import { outputsOf } from '../../summary/answers.ts'
import { barsFigure } from '../../summary/bars.ts'
import { perClassTable } from '../../summary/classes.ts'
import { differenceInterval } from '../../summary/differences.ts'
import { accuracyMetric } from '../../summary/metrics.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { worstTable } from '../../summary/worst.ts'
import { findValidation, validationParam } from '../shared/validation.ts'
import { findMapping } from './mapping.ts'

const params = z.object({
  validation: validationParam,
  mapping: z.record(z.string(), z.array(z.string())).nullable().default(null).meta({
    title: 'Mapping',
    description: 'Classes of ImageNet by folder, from the files beside the images; filled in',
    format: 'settled',
  }),
})

type Mapping = z.output<typeof params>['mapping']

const titles = {
  all: 'all classes',
  chosen: 'classes of the set',
  ordinary: 'ordinary images, classes of the set',
} as const

/** The folders that a model knows, each with its outputs. */
function groupsOf(mapping: Mapping, { classes }: Dataset, model: StoredModel) {
  return classes
    .map(({ name }) => ({ name, indices: outputsOf(mapping ? (mapping[name] ?? []) : [name], model) }))
    .filter(({ indices }) => indices.length > 0)
}

/** Household objects from unusual viewpoints, on unusual backgrounds, in unusual rotations (Barbu et al., NeurIPS 2019). */
export const objectNet = defineStudy({
  id: 'objectnet',
  title: 'ObjectNet',
  section: 'extra',
  description:
    'Objects from unusual sides and places: top-1 on the folders that are classes of ImageNet, over all classes and over those of the set, beside ordinary images.',
  params,
  needsLabels: false,
  presets: [
    {
      id: 'default',
      title: 'All images',
      description: 'Every image of a class of ImageNet once.',
      params: {},
    },
  ],
  definitions: [
    {
      name: 'all classes',
      formula:
        'argmax over all outputs; right where it is one of the classes of ImageNet that the folder is of',
      source: 'alibaba/easyrobust objectnet.py; Barbu et al. 2019',
    },
    {
      name: 'classes of the set',
      formula: 'argmax over the outputs of all classes of the set alone; right as above',
      source: 'modestyachts/imagenet-testbed objectnet.py',
    },
    {
      name: 'gap',
      formula:
        'top-1 on ordinary images of those classes, over the classes of the set, minus that on the set; interval as of independent shares',
      source: 'modestyachts/imagenet-testbed, val-on-objectnet-classes; Newcombe 1998',
    },
    {
      name: 'border',
      formula: 'two pixels at each side of an image are removed first',
      source: 'Barbu et al. 2019',
    },
  ],
  ranked: true,
  docs: 'benchmarks/objectnet.md',
  suite: { recognised: ['objectnet'] },
  settle: async (chosen, context) => {
    const mapping = await findMapping(context.dataset.path)
    const classes = mapping ? Object.values(mapping).flat() : context.dataset.classes.map(({ name }) => name)
    return { mapping, validation: findValidation(context, chosen.validation, classes) }
  },
  otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
  conditions({ mapping, validation }, model, { dataset }): Condition[] {
    const groups = groupsOf(mapping, dataset, model)
    if (groups.length === 0) return []
    const shared = { transform: unchanged, images: { classes: groups.map(({ name }) => name) } }
    const indices = [...new Set(groups.flatMap((group) => group.indices))].sort((a, b) => a - b)
    const wnids = groups.flatMap(({ name }) => (mapping ? (mapping[name] ?? []) : [name]))
    return [
      {
        ...shared,
        key: 'all',
        params: { rule: 'all' },
        title: titles.all,
        readout: { op: 'groups', groups },
      },
      {
        ...shared,
        key: 'chosen',
        params: { rule: 'chosen' },
        title: titles.chosen,
        readout: { op: 'groups', groups, pool: 'max' },
      },
      ...(validation === null
        ? []
        : [
            {
              key: 'ordinary',
              params: { rule: 'chosen' },
              title: titles.ordinary,
              transform: unchanged,
              readout: { op: 'subset' as const, indices, truth: true },
              images: { datasetId: validation, classes: [...new Set(wnids)] },
            },
          ]),
    ]
  },
  async view(grid, { mapping }, { workspace: { db } }) {
    const groups = (Object.keys(titles) as (keyof typeof titles)[]).map((key) => ({
      id: key,
      name: titles[key],
      barOf(model: GridModel) {
        const cell = cellOf(grid, model.id, key)
        return cell
          ? { value: cell.top1, interval: cell.interval, ...standsOn(cell), ...ofAll(cell.sequence), key }
          : undefined
      },
    }))
    const some = groups.filter(({ id }) => grid.cells.some(({ key }) => key === id))
    return {
      tables: [
        accuracyTable(grid),
        perClassTable({ ...grid, cells: grid.cells.filter(({ key }) => key === 'all') }),
        await worstTable(db, {
          title: 'Wrong with most confidence (all classes)',
          models: grid.models,
          keys: ['all'],
          which: 'wrong',
        }),
      ],
      figures: [
        barsFigure({
          id: 'objectnet-accuracy',
          title: 'ObjectNet top-1',
          y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
          models: grid.models,
          groups: some,
          notes: [],
        }),
      ],
      reported: [],
      metrics: ['all', 'chosen'].flatMap((key) => metricsOf(grid, key)),
      notes: [
        mapping === null
          ? 'No mappings beside the images: folders are matched by the names of the labels.'
          : `${Object.keys(mapping).length} folders are classes of ImageNet by the mappings beside the images; others are left out.`,
        'Two pixels at each side of every image are removed before it is resized.',
      ],
    }
  },
})

const metricsOf = (grid: Grid, key: string): Metric[] =>
  grid.models.flatMap((model) => {
    const cell = cellOf(grid, model.id, key)
    const title = key === 'all' ? 'ObjectNet, all classes' : 'ObjectNet, classes of the set'
    return cell ? [accuracyMetric(grid, cell, `objectnet.${key}`, title)] : []
  })

function accuracyTable(grid: Grid): DataTable {
  return {
    id: 'accuracy',
    title: 'ObjectNet',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'all', title: 'Top-1, all classes', kind: 'fraction', better: 'higher' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'chosen', title: 'Top-1, classes of the set', kind: 'fraction', better: 'higher' },
      { key: 'chosenLo', title: '95 % from', kind: 'fraction' },
      { key: 'chosenHi', title: 'to', kind: 'fraction' },
      { key: 'ordinary', title: 'Ordinary images, classes of the set', kind: 'fraction', better: 'higher' },
      { key: 'gap', title: 'Gap', kind: 'points', better: 'lower' },
      { key: 'gapLo', title: '95 % from', kind: 'points' },
      { key: 'gapHi', title: 'to', kind: 'points' },
    ],
    rows: grid.models.map((model) => {
      const [all, chosen, ordinary] = ['all', 'chosen', 'ordinary'].map((key) => cellOf(grid, model.id, key))
      const whole = chosen && ordinary && grid.whole(chosen) && grid.whole(ordinary)
      const gap = whole && chosen.top1 !== null && ordinary.top1 !== null ? ordinary.top1 - chosen.top1 : null
      const interval = whole ? differenceInterval(ordinary, chosen) : null
      return {
        model: model.title,
        n: all?.n ?? 0,
        all: all?.top1 ?? null,
        lo: all?.interval?.lo ?? null,
        hi: all?.interval?.hi ?? null,
        chosen: chosen?.top1 ?? null,
        chosenLo: chosen?.interval?.lo ?? null,
        chosenHi: chosen?.interval?.hi ?? null,
        ordinary: ordinary?.top1 ?? null,
        gap,
        gapLo: interval?.lo ?? null,
        gapHi: interval?.hi ?? null,
      }
    }),
  }
}
