import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { paperStatements } from '../../summary/paper.ts'
import { candidatesOf, checkSubsets, exportSubsets, lesionConditions } from './conditions.ts'
import { isSubsetFile, keepSubsets, readSubsets, subsetsFor } from './file.ts'
import { estimateLesions } from './cost.ts'
import { blocksOf } from './graphs.ts'
import { params, type LesionParams } from './params.ts'
import { planLesions } from './sessions.ts'
import { removesUnit } from './units.ts'
import { unitFigure, unitTable } from './unitView.ts'
import { lesionMetrics, lesionTable, proportionFigure, singleBlockFigure } from './view.ts'
import { defineStudy, publishedWith } from '../../definition/index.ts'

/** Accuracy when residual blocks are removed at inference (paper 4.3, Fig. 7). */
export const lesion = defineStudy({
  id: 'lesion',
  title: 'Lesion study',
  section: '4.3',
  description:
    'Residual blocks are removed at inference so that only the skip path remains; accuracy against the share of blocks removed.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Two subsets of every second size.',
      params: { samples: 2, step: 2 },
    },
    {
      id: 'default',
      title: 'Sound',
      description: 'Ten subsets of every size, any removable block.',
      params: {},
    },
    {
      id: 'units',
      title: 'Single units',
      description: 'Every block and every residual unit alone: attention, MLP, units with a projection.',
      params: { samples: 1, step: 20, units: true },
    },
    {
      id: 'paper',
      title: 'As published',
      description: 'Ten subsets; for staged networks only the largest stage loses blocks.',
      params: { candidates: 'largest-stage', singles: false },
      published: true,
      repeats: ['Fig. 7'],
      deviates: [
        'The ten subsets of a size are distinct and come from a seed; the script draws them unseeded.',
        'In every staged network only the largest stage loses blocks; the script does so for RepLKNet.',
      ],
    },
  ],
  published: publishedWith('bicubic'),
  definitions: [
    {
      name: 'block',
      formula:
        'a residual block; for RepLKNet and ViT the pair of residual additions the paper counts as one',
      source: 'paper 4.3; LKRobust lesion.py',
    },
    {
      name: 'removed',
      formula:
        'output = input; the branch is multiplied by zero or cut out of the graph, which gives the same output',
    },
    {
      name: 'unit removed',
      formula:
        'output = input, or the projection of the input where the shortcut is one: the branch of one residual addition is multiplied by zero',
      source: 'Bhojanapalli et al. 2021, of single layers',
    },
    { name: 'proportion', formula: 'n / N, N = all blocks of the model, removable or not' },
    { name: 'band', formula: 'minimum to maximum over subsets' },
    {
      name: 'interval of a single block or unit',
      formula: 'of the difference of two shares of the same images',
      source: 'Newcombe 1998, Stat. Med. 17, 2635, method 10',
    },
  ],
  ranked: true,
  questions: [
    {
      id: 'lesion',
      section: '4.3',
      title: 'Lesion',
      asks: 'What happens when whole blocks are removed from the trained model?',
      look: 'How accuracy falls with the number of removed blocks, and which single block matters most.',
      params: () => ({ samples: 2, step: 2 }),
    },
  ],
  settle(chosen, { db }) {
    if (chosen.draws !== null) readSubsets(db, chosen.draws)
    return chosen
  },
  fits: (chosen, { workspace: { db }, models }) => checkSubsets(chosen, models, db),
  needs: () => [{ rewrite: 'gate', of: 'models' }],
  conditions: (chosen, model, { db }) => lesionConditions(chosen, model, db),
  sessions: planLesions,
  estimateSessions(conditions, context) {
    const blocks = conditions.filter((condition) => !removesUnit(condition))
    const units = conditions.length - blocks.length
    if (blocks.length === 0) return { seconds: null, note: `${context.model.title}: units gated` }
    const found = estimateLesions(blocks.map(blocksOf), context)
    return found.forwards === undefined ? found : { ...found, forwards: found.forwards + units }
  },
  axis: {
    title: () => 'Blocks removed',
    of: ({ kind, n }) => (kind === 'unit' ? null : Number(n)),
    label: (n) => `${n} ${n === 1 ? 'block' : 'blocks'}`,
    hardens: ({ kind }) => kind === 'subset',
  },
  exportDraws: exportSubsets,
  replays: { reads: isSubsetFile, keep: keepSubsets },
  view: async (grid, chosen, { models, workspace: { db } }) => ({
    tables: [lesionTable(grid, models), ...(chosen.units ? [unitTable(grid)] : [])],
    figures: [
      await proportionFigure(grid),
      ...(chosen.singles ? [await singleBlockFigure(grid, models)] : []),
      ...(chosen.units ? [await unitFigure(grid)] : []),
    ],
    reported: paperStatements('Fig. 7'),
    metrics: lesionMetrics(grid, models),
    notes: [
      ...(chosen.draws === null
        ? [
            chosen.candidates === 'all'
              ? 'Any removable block may be removed.'
              : 'Only blocks of the stage with most blocks are removed, as in the published script.',
            `${chosen.samples} subsets of each size, seed ${chosen.seed}.`,
          ]
        : [`Subsets replayed from the file ${chosen.draws.slice(0, 12)}.`]),
      ...models.map((model) => candidateNote(model, chosen, db)),
    ],
  }),
})

function candidateNote(model: StoredModel, chosen: LesionParams, db: Db): string {
  if (chosen.draws !== null) {
    const { subsets, problem } = subsetsFor(readSubsets(db, chosen.draws), model)
    return problem === null
      ? `${model.title}: ${subsets.length} subsets of its ${model.inspection.blocks.length} blocks.`
      : `${model.title}: no subset is removed, ${problem}.`
  }
  const { blocks, blocksReason } = model.inspection
  const count = candidatesOf(model, chosen).length
  return count === 0
    ? `${model.title}: nothing to remove${blocksReason ? `, ${blocksReason}` : ''}.`
    : `${model.title}: ${count} of ${blocks.length} blocks are candidates.`
}
