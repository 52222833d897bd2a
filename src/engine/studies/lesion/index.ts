import { z } from 'zod'
import type { StoredModel } from '../../models/index.ts'
import { defineStudy, type Condition } from '../definition.ts'
import { paperStatements } from '../paper.ts'
import { drawSubsets } from './subsets.ts'
import { lesionTable, proportionFigure, singleBlockFigure } from './view.ts'

const params = z.object({
  samples: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .meta({ title: 'Subsets', description: 'Random subsets of every size, distinct where there are enough' }),
  step: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .meta({ title: 'Step', description: 'Sizes 1, 1 + step, … up to all removable blocks but one' }),
  candidates: z.enum(['all', 'largest-stage']).default('all').meta({
    title: 'Candidates',
    description:
      'Every removable block (sound), or those of the stage with most blocks only (as published for RepLKNet)',
  }),
  singles: z
    .boolean()
    .default(true)
    .meta({ title: 'Single blocks', description: 'Also remove every block alone' }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Seed', description: 'Same seed, same subsets, on every machine' }),
})

export type LesionParams = z.output<typeof params>

/** Accuracy when residual blocks are taken out at inference (paper 4.3, Fig. 7). */
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
      id: 'paper',
      title: 'As published',
      description: 'Ten subsets; for staged networks only the largest stage loses blocks.',
      params: { candidates: 'largest-stage', singles: false },
    },
  ],
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
    { name: 'proportion', formula: 'n / N, N = all blocks of the model, removable or not' },
    { name: 'band', formula: 'minimum to maximum over subsets' },
  ],
  conditions,
  view: (grid, chosen, { models }) => ({
    tables: [lesionTable(grid, models)],
    figures: [proportionFigure(grid, chosen), ...(chosen.singles ? [singleBlockFigure(grid, models)] : [])],
    reported: paperStatements('Fig. 7'),
    notes: [
      chosen.candidates === 'all'
        ? 'Any removable block may be removed.'
        : 'Only blocks of the stage with most blocks are removed, as in the published script.',
      `${chosen.samples} subsets of each size, seed ${chosen.seed}.`,
      ...models.map((model) => candidateNote(model, chosen)),
    ],
  }),
})

function candidatesOf({ inspection: { blocks } }: StoredModel, { candidates }: LesionParams): number[] {
  const removable = blocks.filter(({ removable }) => removable)
  if (candidates === 'all') return removable.map(({ index }) => index)
  const stages = [...Map.groupBy(removable, ({ stage }) => stage).values()].sort(
    (a, b) => b.length - a.length,
  )
  return (stages[0] ?? []).map(({ index }) => index)
}

function candidateNote(model: StoredModel, chosen: LesionParams): string {
  const { blocks, blocksReason } = model.inspection
  const count = candidatesOf(model, chosen).length
  return count === 0
    ? `${model.title}: nothing to remove${blocksReason ? `, ${blocksReason}` : ''}.`
    : `${model.title}: ${count} of ${blocks.length} blocks are candidates.`
}

function conditions(chosen: LesionParams, model: StoredModel): Condition[] {
  const candidates = candidatesOf(model, chosen)
  const total = model.inspection.blocks.length
  const identity = () => ({ op: 'identity' as const })
  const remove = (key: string, blocks: number[], params: Condition['params']): Condition => ({
    key,
    params: { ...params, n: blocks.length, proportion: blocks.length / total, blocks: blocks.join(' ') },
    transform: identity,
    rewrite: { op: 'lesion', blocks },
  })
  const sizes = Array.from({ length: Math.max(0, candidates.length - 1) }, (_, i) => i + 1).filter(
    (n) => (n - 1) % chosen.step === 0,
  )
  return [
    { key: 'none', params: { n: 0, proportion: 0, blocks: '', kind: 'subset' }, transform: identity },
    ...sizes.flatMap((n) =>
      drawSubsets(candidates, n, chosen.samples, chosen.seed).map((blocks, sample) =>
        remove(`n=${n},sample=${sample}`, blocks, { kind: 'subset', sample }),
      ),
    ),
    ...(chosen.singles
      ? candidates.map((block) => remove(`block=${block}`, [block], { kind: 'single', block }))
      : []),
  ]
}
