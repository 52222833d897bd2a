import { z } from 'zod'
import { getDataset, imagenet9Variations } from '../../../datasets/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { perClassTable } from '../../summary/classes.ts'
import { paperValues } from '../../summary/paper.ts'
import { groupsReadout, isImagenet, notImagenet } from '../../summary/answers.ts'
import { asFractions, barsFigure } from '../../summary/bars.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { openBar } from '../../summary/known.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { worstTable } from '../../summary/worst.ts'
import { gapOf, type Gap } from './gap.ts'
import { accuracyTable, titles } from './table.ts'
import type { Condition } from '../../../facts/index.ts'
import { defineStudy, type Grid, type GridModel, type Metric, unchanged } from '../../definition/index.ts'

const params = z.object({
  variations: z
    .array(z.enum(imagenet9Variations))
    .min(1)
    .default([...imagenet9Variations])
    .meta({ title: 'Variations', description: 'Those the dataset lacks are left out' }),
  soft: z
    .enum(['none', 'max', 'logsumexp'])
    .default('none')
    .meta({
      title: 'Softer mapping',
      description:
        'Beyond the paper: also the class whose outputs have the largest maximum or log-sum-exp, so that no answer falls outside the nine',
      words: { none: 'None', max: 'Largest maximum', logsumexp: 'Log-sum-exp' },
    }),
})

/** Keys of a variation's two conditions: the winner of all outputs, and the softer mapping. */
const winnerKey = (name: string) => name
const softKey = (name: string) => `${name},soft`

const variationNames = (grid: Grid) =>
  imagenet9Variations.filter((name) => grid.cells.some(({ key }) => key === name))

/** How much a model depends on backgrounds (Xiao et al., ICLR 2021). */
export const imagenet9 = defineStudy({
  id: 'imagenet-9',
  title: 'ImageNet-9, backgrounds',
  section: '3.2',
  description:
    'Nine coarse classes with foregrounds on swapped backgrounds: accuracy per variation and the gap between backgrounds of the same and of a random class.',
  params,
  needsLabels: false,
  presets: [
    { id: 'default', title: 'All variations', description: 'Every variation the dataset has.', params: {} },
    {
      id: 'paper',
      title: 'As in the paper',
      description: 'Original, Mixed-Same and Mixed-Rand.',
      params: { variations: ['original', 'mixed_same', 'mixed_rand'] },
      repeats: ['Table 3'],
      deviates: [],
    },
  ],
  definitions: [
    {
      name: 'accuracy',
      formula:
        'argmax over all outputs, looked up in the table of nine; an output that belongs to none is wrong. Nothing is summed or restricted.',
      source: 'MadryLab/backgrounds_challenge in9_eval.py, in_to_in9.json',
    },
    {
      name: 'softer mapping',
      formula:
        'beyond the paper: the class with the largest maximum (or log-sum-exp) of its outputs, so that no answer falls outside the nine; shown apart',
    },
    {
      name: 'BG-Gap',
      formula: 'accuracy on Mixed-Same minus accuracy on Mixed-Rand, in percentage points',
      source: 'Xiao et al. 2021; paper, Table 3',
    },
    {
      name: 'interval of the gap',
      formula:
        'from the two Wilson intervals and the correlation over pairs, where both variations show the same foregrounds (told by class folder and file name); else as of independent shares, which is wider',
      source: 'Newcombe 1998, Stat. Med. 17, 2635 (pairs) and 873 (independent), method 10 of each',
    },
  ],
  ranked: true,
  printedIn: ['Table 3'],
  docs: 'benchmarks/imagenet-9.md',
  suite: { recognised: ['imagenet-9'] },
  questions: [
    {
      id: 'imagenet-9',
      section: '3',
      title: 'ImageNet-9',
      asks: 'Does it look at the object or at the background?',
      look: 'The background gap: Mixed-Same minus Mixed-Rand.',
    },
  ],
  conditions({ variations, soft }, model, { dataset }): Condition[] {
    const found = new Set(dataset.parts.map(({ name }) => name))
    const readout = groupsReadout(dataset, model)
    return imagenet9Variations
      .filter((name) => variations.includes(name) && found.has(name))
      .flatMap((name) => {
        const shared = {
          transform: unchanged,
          images: { part: name },
        }
        const published = {
          ...shared,
          key: name,
          params: { variation: name, mapping: 'winner' },
          title: name,
          way: `${name}, winner`,
          readout,
        }
        if (soft === 'none' || readout.op !== 'groups') return [published]
        const softer = { ...readout, pool: soft }
        return [
          published,
          {
            ...shared,
            key: softKey(name),
            params: { variation: name, mapping: soft },
            title: `${name}, ${soft} of the classes`,
            way: `${name}, ${soft}`,
            readout: softer,
          },
        ]
      })
  },
  async view(grid, { soft }, { workspace, source }) {
    const published = isImagenet(getDataset(workspace.db, source.datasetId))
    const reported = paperValues(({ dataset }) => dataset === 'ImageNet-9')
    const shown = variationNames(grid)
    const printed = reported.filter(({ text }) => text.endsWith('BG-Gap'))
    const gaps = await gapsOf(workspace.db, grid, winnerKey)
    const softGaps = soft === 'none' ? gaps : await gapsOf(workspace.db, grid, softKey)
    const softTitle = `ImageNet-9, softer mapping (${soft}): beyond the paper`
    return {
      tables: [
        accuracyTable(grid, gaps, shown, winnerKey, 'accuracy', 'ImageNet-9'),
        ...(soft === 'none' ? [] : [accuracyTable(grid, softGaps, shown, softKey, 'soft', softTitle)]),
        ...shown
          .slice(0, 1)
          .map((key) => perClassTable({ ...grid, cells: grid.cells.filter((cell) => cell.key === key) })),
        await worstTable(workspace.db, {
          title: 'Wrong with most confidence',
          models: grid.models,
          keys: shown.filter((key) => key === 'original' || key.startsWith('mixed_')),
          which: 'wrong',
        }),
      ],
      figures: [
        barsFigure({
          id: 'imagenet-9-accuracy',
          title: 'ImageNet-9 accuracy',
          y: { label: 'Accuracy over nine classes', unit: 'percent', scale: 'linear', min: 0 },
          models: grid.models,
          groups: shown.map((key) => ({
            id: key,
            name: titles[key],
            barOf(model: GridModel) {
              const cell = cellOf(grid, model.id, key)
              return cell
                ? {
                    value: cell.top1,
                    interval: cell.interval,
                    ...standsOn(cell),
                    ...ofAll(cell.sequence),
                    key,
                  }
                : undefined
            },
          })),
          notes: [],
        }),
        barsFigure({
          id: 'imagenet-9-gap',
          title: 'Background gap',
          y: { label: 'BG-Gap', unit: 'points', scale: 'linear' },
          models: grid.models,
          groups: [
            {
              id: 'gap',
              name: 'Mixed-Same minus Mixed-Rand',
              bandLabel: '95 % interval of a difference',
              barOf: (model) => openBar(gaps.get(model.id)?.known) ?? gaps.get(model.id),
            },
          ],
          reported: published ? asFractions(printed) : [],
          notes: [
            'Lower is better.',
            ...intervalNotes([...gaps.values()]),
            ...(published ? ['Hollow: values the paper prints.'] : []),
          ],
        }),
      ],
      reported,
      metrics: grid.models.map((model): Metric => {
        const { value = null, interval = null, n = 0 } = gaps.get(model.id) ?? {}
        return {
          key: 'imagenet-9.gap',
          title: 'ImageNet-9, BG-Gap',
          unit: 'points',
          better: 'lower',
          modelId: model.id,
          value,
          interval,
          n,
        }
      }),
      notes: [
        'The winner of all outputs is looked up in the table of classes.',
        ...grid.models.flatMap(silentNote),
        ...(published ? [] : [notImagenet]),
        ...(shown.includes('mixed_same') && shown.includes('mixed_rand')
          ? []
          : ['No gap: Mixed-Same or Mixed-Rand is missing.']),
        ...intervalNotes([...gaps.values()]),
      ],
    }
  },
})

async function gapsOf(db: Db, grid: Grid, keyOf: (name: string) => string): Promise<Map<number, Gap>> {
  const found = new Map<number, Gap>()
  for (const model of grid.models) found.set(model.id, await gapOf(db, grid, model, keyOf))
  return found
}

/** Names the classes that no output of a model belongs to. */
function silentNote({ title, conditions }: GridModel): string[] {
  const readout = conditions[0]?.condition.readout
  const silent = readout?.op === 'groups' ? readout.groups.filter(({ indices }) => indices.length === 0) : []
  return silent.length === 0
    ? []
    : [
        `${title}: no output belongs to ${silent.map(({ name }) => name).join(', ')}, so that all images there are wrong.`,
      ]
}

function intervalNotes(gaps: readonly Gap[]): string[] {
  const known = gaps.filter(({ interval }) => interval !== null)
  if (known.length === 0) return []
  return [
    known.every(({ paired }) => paired)
      ? 'Interval of the gap: of pairs, since both variations show the same foregrounds.'
      : 'Interval of the gap: as of independent images, since not every foreground is found in both variations.',
  ]
}
