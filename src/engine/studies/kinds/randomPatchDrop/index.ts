import { z } from 'zod'
import { defineStudy } from '../../definition/definition.ts'
import { paperStatements } from '../../summary/paper.ts'
import { accuracyTable, lossFigure, lossMetrics } from './view.ts'
import type { Condition } from '../../../facts/index.ts'

/** Images that share a mask in the published script: its batch size (LKRobust occlusion, batch 256). */
const publishedGroup = 256

const params = z.object({
  patch: z
    .int()
    .min(1)
    .max(512)
    .default(16)
    .meta({ title: 'Patch size', description: 'Side of a patch in pixels of the model input', unit: 'px' }),
  percents: z
    .array(z.int().min(0).max(100))
    .min(1)
    .max(101)
    .default([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
    .meta({ title: 'Dropped patches', description: 'Shares of patches that are painted over', unit: '%' }),
  repeats: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .meta({ title: 'Repeats', description: 'Independent draws at every share' }),
  fill: z.enum(['black', 'mean']).default('black').meta({
    title: 'Fill',
    description: 'Black in [0,1] space, as published, or the mean colour of ImageNet',
  }),
  mask: z.enum(['image', 'batch']).default('image').meta({
    title: 'Masks',
    description:
      'One mask per image (sound), or one shared by 256 images in dataset order (as in the published script)',
  }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Seed', description: 'Same seed, same masks, on every machine' }),
  draws: z.string().nullable().default(null).meta({
    title: 'Replay draws',
    description: 'Digest of an imported draws file; its masks are used instead of the seed',
  }),
})

export type RandomPatchDropParams = z.output<typeof params>

/** Occlusion by randomly dropped patches, after Naseer et al. (NeurIPS 2021). */
export const randomPatchDrop = defineStudy({
  id: 'random-patch-drop',
  title: 'Random patch drop',
  section: '4.1',
  description:
    'Random patches of every image are painted over; accuracy against the share that is lost. All models of one input size see the same masks.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Four shares, one draw each.',
      params: { percents: [0, 30, 60, 90], repeats: 1 },
    },
    { id: 'default', title: 'Sound', description: 'Ten shares, three draws, a mask per image.', params: {} },
    {
      id: 'paper',
      title: 'As in the paper',
      description: '16 px patches, one draw, one mask per batch of 256, black.',
      params: { repeats: 1, mask: 'batch', fill: 'black', patch: 16 },
    },
  ],
  definitions: [
    {
      name: 'information loss',
      formula:
        'dropped patches / all patches; floor(patches * percent / 100) are dropped, without replacement',
      source: 'paper 4.1, Fig. 4a',
    },
    {
      name: 'black',
      formula: '0 in [0,1] space, before normalisation',
      source: 'LKRobust and IPViT evaluate.py',
    },
    { name: 'band', formula: 'minimum to maximum over repeats' },
  ],
  groupSize: ({ mask }) => (mask === 'batch' ? publishedGroup : null),
  exportDraws: 'masks',
  severity: 'dropped patches in %',
  severityOf: ({ percent }) => Number(percent),
  conditions,
  view: (grid, chosen) => ({
    tables: [accuracyTable(grid, chosen)],
    figures: [lossFigure(grid, chosen)],
    metrics: lossMetrics(grid, chosen),
    reported: paperStatements('Fig. 4a'),
    notes: [
      `Patches of ${chosen.patch} px, filled ${chosen.fill === 'black' ? 'with black (0 in [0,1] space)' : 'with the mean colour of ImageNet'}.`,
      chosen.mask === 'image'
        ? 'One mask per image, the same for all models of one input size.'
        : `One mask per ${publishedGroup} images in dataset order, as in the published script.`,
      chosen.draws === null
        ? `Seed ${chosen.seed}, ${chosen.repeats} ${chosen.repeats === 1 ? 'repeat' : 'repeats'}.`
        : `Masks replayed from draws ${chosen.draws.slice(0, 12)}.`,
    ],
  }),
})

/** Nothing dropped is the clean image, drawn once whatever the number of repeats. */
function conditions(chosen: RandomPatchDropParams): Condition[] {
  const { patch, percents, repeats, fill, mask, seed, draws } = chosen
  const levels = [...new Set(percents)].sort((a, b) => a - b)
  return levels.flatMap((percent) =>
    Array.from({ length: percent === 0 ? 1 : repeats }, (_, repeat) => ({
      key: `percent=${percent},repeat=${repeat}`,
      params: { percent, repeat },
      transform: (group: number) =>
        percent === 0
          ? { op: 'identity' as const }
          : {
              op: 'patchDrop' as const,
              patch,
              percent,
              fill,
              seed,
              repeat,
              group: mask === 'batch' ? group : null,
              draws,
            },
    })),
  )
}
