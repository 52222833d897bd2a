import { z } from 'zod'
import type { DataTable } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { findBeside, getDataset, textBeside } from '../../../datasets/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { defineStudy, type GridModel, type Metric, unchanged } from '../../definition/index.ts'
import { outputsOf } from '../../summary/answers.ts'
import { barsFigure, type Bar } from '../../summary/bars.ts'
import { cellOf, outcomesInTurn } from '../../summary/outcomes.ts'
import { besideParam } from '../shared/beside.ts'
import { labelsIn, type LabelsOf } from './labels.ts'

const params = z.object({
  labels: z.string().min(1).default('real.json').meta({
    title: 'File of labels',
    description: 'Its name, beside the images or one folder up: real.json, or labels by file name',
  }),
  file: besideParam.meta({
    title: 'Labels',
    description: 'The file with its digest; filled in',
    format: 'settled',
  }),
})

const key = 'clean'

/** Answers of a model by other labels, counted. */
interface Relabelled {
  /** Images that the file has labels for, and images that show no class by it. */
  n: number
  without: number
  right: number
  /** Of the n images: right by the dataset's own label; right by one of both only. */
  rightBefore: number
  gained: number
  lost: number
}

/** Accuracy by reassessed labels: several a picture, none where it shows no class (Beyer et al. 2020). */
export const imagenetReal = defineStudy({
  id: 'imagenet-real',
  title: 'ImageNet-ReaL, other labels',
  section: 'extra',
  description:
    'Ordinary images by other labels than their own: reassessed ones (ReaL), of which an image may have several or none, or cleaned ones by file.',
  params,
  readsNames: true,
  presets: [{ id: 'default', title: 'ReaL', description: 'By the real.json beside the images.', params: {} }],
  definitions: [
    {
      name: 'ReaL accuracy',
      formula:
        'share of images whose largest output is among their labels; images without a label are left out',
      source: 'Beyer et al. 2020, Are we done with ImageNet?; google-research/reassessed-imagenet README',
    },
    { name: 'interval', formula: 'Wilson score interval, 95 %' },
  ],
  ranked: true,
  docs: 'benchmarks/imagenet-real.md',
  suite: { recognised: ['imagenet-val'] },
  async settle({ labels }, { dataset }) {
    const file = await findBeside(dataset.path, [''], (name) => name === labels)
    if (file.length > 0) return { labels, file }
    throw new KernelscopeError('STUDY_PARAMS', `invalid labels: ${labels} is not beside ${dataset.title}`, {
      hint: 'Put it into the folder of the images or the one above.',
    })
  },
  beside: ({ file }) => file,
  conditions: () => [{ key, params: {}, title: 'clean', baseline: true, transform: unchanged }],
  async view(grid, { labels, file }, { workspace: { db }, models, source }) {
    const [found] = file
    const text = found ? await textBeside(getDataset(db, source.datasetId).path, found) : null
    const labelsOf = text === null ? null : labelsIn(text, labels)
    const counts = new Map<number, Relabelled>()
    for (const model of grid.models) {
      const cell = cellOf(grid, model.id, key)
      const stored = models.find(({ id }) => id === model.id)
      if (labelsOf && stored && cell && grid.whole(cell))
        counts.set(model.id, await relabelled(db, model, stored, labelsOf))
    }
    return {
      tables: [accuracyTable(grid.models, counts)],
      figures: [
        barsFigure({
          id: 'imagenet-real-accuracy',
          title: 'Top-1 by other labels',
          y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
          models: grid.models,
          groups: [
            {
              id: 'own',
              name: 'Own labels, same images',
              barOf: ({ id }) => barOf(counts.get(id), 'rightBefore'),
            },
            { id: 'other', name: labels, barOf: ({ id }) => barOf(counts.get(id), 'right') },
          ],
          notes: leftOutNotes([...counts.values()]),
        }),
      ],
      reported: [],
      metrics: grid.models.flatMap((model) => metricsOf(model, labels, counts.get(model.id))),
      notes: [
        labelsOf
          ? `Labels of ${labels} (sha256 ${found?.digest.slice(0, 8) ?? ''}); images without a label there are left out.`
          : `${labels} is gone or changed since the study was made, so there are no numbers by it.`,
      ],
    }
  },
})

/** How many images have no label, where that is the same for all models. */
function leftOutNotes(counts: readonly Relabelled[]): string[] {
  const [first] = counts
  return first && first.without > 0 && counts.every(({ without }) => without === first.without)
    ? [`${first.without} images without a label are left out: n = ${first.n} for both.`]
    : []
}

async function relabelled(
  db: Db,
  model: GridModel,
  stored: StoredModel,
  labelsOf: LabelsOf,
): Promise<Relabelled> {
  const counts: Relabelled = { n: 0, without: 0, right: 0, rightBefore: 0, gained: 0, lost: 0 }
  const known = new Map<string, readonly number[]>()
  for await (const page of outcomesInTurn(db, model, key))
    for (const { name, predicted, correct } of page) {
      const labels = labelsOf(name)
      if (!labels || labels.length === 0) {
        counts.without++
        continue
      }
      const right = labels.some((label) => {
        const outputs = known.get(label) ?? outputsOf([label], stored)
        known.set(label, outputs)
        return outputs.includes(predicted)
      })
      counts.n++
      counts.right += Number(right)
      counts.rightBefore += Number(correct === true)
      counts.gained += Number(right && correct !== true)
      counts.lost += Number(!right && correct === true)
    }
  return counts
}

const shareOf = (counts: Relabelled | undefined, of: 'right' | 'rightBefore') =>
  counts && counts.n > 0
    ? { value: counts[of] / counts.n, interval: wilson(counts[of], counts.n), n: counts.n }
    : null

const barOf = (counts: Relabelled | undefined, of: 'right' | 'rightBefore'): Bar | undefined => {
  const share = shareOf(counts, of)
  return share ? { ...share, key } : undefined
}

function metricsOf({ id }: GridModel, labels: string, counts: Relabelled | undefined): Metric[] {
  const share = shareOf(counts, 'right')
  if (!share) return []
  const title = labels === 'real.json' ? 'ImageNet-ReaL, top-1' : `Top-1 by ${labels}`
  return [{ key: 'imagenet-real.top1', title, unit: 'fraction', better: 'higher', modelId: id, ...share }]
}

const accuracyTable = (models: readonly GridModel[], counts: ReadonlyMap<number, Relabelled>): DataTable => ({
  id: 'accuracy',
  title: 'Accuracy by other labels',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'n', title: 'Images with labels', kind: 'integer' },
    { key: 'without', title: 'Left out', kind: 'integer' },
    { key: 'other', title: 'Top-1', kind: 'fraction', better: 'higher' },
    { key: 'lo', title: '95 % from', kind: 'fraction' },
    { key: 'hi', title: 'to', kind: 'fraction' },
    { key: 'own', title: 'By own labels, same images', kind: 'fraction', better: 'higher' },
    { key: 'gained', title: 'Right by these only', kind: 'integer' },
    { key: 'lost', title: 'Right by own only', kind: 'integer' },
  ],
  rows: models.map(({ id, title }) => {
    const own = counts.get(id)
    const share = shareOf(own, 'right')
    return {
      model: title,
      n: own?.n ?? null,
      without: own?.without ?? null,
      other: share?.value ?? null,
      lo: share?.interval.lo ?? null,
      hi: share?.interval.hi ?? null,
      own: shareOf(own, 'rightBefore')?.value ?? null,
      gained: own?.gained ?? null,
      lost: own?.lost ?? null,
    }
  }),
})
