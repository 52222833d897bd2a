import { z } from 'zod'
import { getDataset } from '../../../datasets/index.ts'
import { cueCounts, shapeBias } from '../../../metrics/index.ts'
import type { Condition } from '../../../facts/index.ts'
import { defineStudy, type Grid, type Metric, unchanged } from '../../definition/index.ts'
import { sixteenReadout } from '../../summary/answers.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { besideParam } from '../shared/beside.ts'
import { conflictKey, consistencyWith, decisionsOf, meanBias } from './decisions.ts'
import { biasFigure, categoryFigure } from './figures.ts'
import { findHumans, readHumans, type Observer } from './humans.ts'
import { biasInterval, biasTable, categoryTable, consistencyTable, type ModelDecisions } from './tables.ts'

const params = z.object({
  humans: besideParam.meta({
    title: 'Human decisions',
    description: 'Files of decisions beside the images; filled in',
    format: 'settled',
  }),
})

/** Shape or texture, where an image has the shape of one category and the texture of another (Geirhos et al., ICLR 2019). */
export const cueConflict = defineStudy({
  id: 'cue-conflict',
  title: 'Cue conflict, shape bias',
  section: 'extra',
  description:
    'Images with the shape of one of 16 categories and the texture of another: which one a model names, by category, and how consistent its errors are with those of people.',
  params,
  needsLabels: false,
  readsNames: true,
  presets: [{ id: 'default', title: 'All images', description: 'Every image once.', params: {} }],
  definitions: [
    {
      name: 'decision',
      formula:
        'the category with the largest mean probability over its classes of ImageNet (1 to 110 of the 1000); of equal ones the first by name',
      source: 'rgeirhos/texture-vs-shape probabilities_to_decision.py, human_categories.py',
    },
    {
      name: 'shape bias',
      formula:
        'shape decisions / (shape decisions + texture decisions), over images whose shape and texture are of different categories',
      source: 'Geirhos et al. 2019; bethgelab/model-vs-human analyses.py',
    },
    { name: 'interval', formula: 'Wilson score interval over the shape and texture decisions, 95 %' },
    {
      name: 'error consistency',
      formula:
        'kappa = (c - e) / (1 - e) over all images; c: share that both have right or both wrong (right: the shape), e = p q + (1 - p)(1 - q) of their accuracies; mean over people',
      source: 'Geirhos, Meding and Wichmann 2020, Beyond accuracy',
    },
  ],
  ranked: true,
  docs: 'benchmarks/cue-conflict.md',
  suite: { recognised: ['cue-conflict'] },
  settle: async (_, { dataset }) => ({ humans: await findHumans(dataset.path) }),
  beside: ({ humans }) => humans,
  conditions: (_, model, { dataset }): Condition[] => [
    {
      key: conflictKey,
      params: { decision: 'mean probability' },
      title: 'cue conflict',
      transform: unchanged,
      readout: sixteenReadout(dataset, model),
    },
  ],
  async view(grid, { humans }, { workspace: { db }, source }) {
    const read = humans.length === 0 ? [] : await readHumans(getDataset(db, source.datasetId).path, humans)
    const people = read ?? []
    const own: ModelDecisions[] = []
    for (const model of grid.models) {
      const cell = cellOf(grid, model.id, conflictKey)
      const whole = cell !== null && grid.whole(cell) && cell.n > 0
      own.push({ id: model.id, title: model.title, decisions: whole ? await decisionsOf(db, model) : null })
    }
    return {
      tables: [
        biasTable(own),
        categoryTable(own),
        ...(people.length > 0 ? [consistencyTable(own, people)] : []),
      ],
      figures: [biasFigure(grid.models, own, meanBias(people)), categoryFigure(grid.models, own)],
      reported: [],
      metrics: own.flatMap((model) => metricsOf(model, people)),
      notes: [
        'Decision: the category with the largest mean probability over its classes of ImageNet.',
        'Images without a conflict count in the share that names the shape and in the consistency, not in the shape bias.',
        ...silentNotes(grid),
        ...peopleNotes(humans.length, read),
      ],
    }
  },
})

function metricsOf({ id, decisions }: ModelDecisions, people: readonly Observer[]): Metric[] {
  if (!decisions) return []
  const counts = cueCounts(decisions.values())
  const consistency = consistencyWith(decisions, people)
  return [
    {
      key: 'cue-conflict.shape-bias',
      title: 'Cue conflict, shape bias',
      unit: 'fraction',
      better: 'higher',
      modelId: id,
      value: shapeBias(counts),
      interval: biasInterval(counts),
      n: counts.shape + counts.texture,
    },
    ...(consistency
      ? [
          {
            key: 'cue-conflict.consistency',
            title: 'Cue conflict, error consistency with people',
            unit: 'number' as const,
            better: 'higher' as const,
            modelId: id,
            value: consistency.kappa,
            interval: null,
            n: consistency.images,
          },
        ]
      : []),
  ]
}

/** Names the categories that a model cannot decide for, because none of its labels is one. */
const silentNotes = ({ models }: Grid): string[] =>
  models.flatMap(({ title, conditions }) => {
    const readout = conditions[0]?.condition.readout
    const silent =
      readout?.op === 'groups' ? readout.groups.filter(({ indices }) => indices.length === 0) : []
    return silent.length === 0
      ? []
      : [`${title} knows no class of ${silent.map(({ name }) => name).join(', ')} and never decides for it.`]
  })

function peopleNotes(files: number, people: readonly Observer[] | null): string[] {
  if (files === 0) return ['No human decisions beside the images, so no consistency.']
  if (people === null)
    return ['The files of human decisions are gone or changed since the study was made, so no consistency.']
  return [`Human decisions of ${people.length} people, in ${files} files beside the images.`]
}
