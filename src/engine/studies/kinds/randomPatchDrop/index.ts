import { paperStatements } from '../../summary/paper.ts'
import { accuracyTable, lossFigure, lossMetrics } from './view.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Condition } from '../../../facts/index.ts'
import { defineStudy, publishedWith } from '../../definition/index.ts'
import { droppedAxis, droppedOf, patchWarnings, shareText } from '../dropped.ts'
import { checkMasks } from '../../masks/fit.ts'
import { params, type RandomPatchDropParams } from './params.ts'

/** Images that share a mask in the published script: its batch size (LKRobust occlusion, batch 256). */
const publishedGroup = 256

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
    {
      id: 'default',
      title: 'Sound',
      description: 'Ten shares, several draws, a mask per image.',
      params: {},
    },
    {
      id: 'paper',
      title: 'As in the paper',
      description: '16 px patches, one draw, one mask per batch of 256, black.',
      params: { repeats: 1, mask: 'batch', fill: 'black', patch: 16 },
      published: true,
      repeats: ['Fig. 4a', 'Fig. 5'],
      deviates: ['Masks come from a seed, so that all models see the same; the script draws them unseeded.'],
    },
  ],
  published: publishedWith('bilinear'),
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
  ranked: true,
  questions: [
    {
      id: 'random-occlusion',
      section: '4.1',
      title: 'Random occlusion',
      asks: 'How does accuracy fall when random patches of an image go missing?',
      look: 'Which curve falls last; then click a point to see the images behind it.',
      params: () => ({ percents: [0, 20, 40, 60, 80], repeats: 1 }),
    },
  ],
  groupSize: ({ mask }) => (mask === 'batch' ? publishedGroup : null),
  exportDraws: 'masks',
  fits: (_, context) => checkMasks(context),
  warnings: ({ patch, percents }, models) => patchWarnings(patch, percents, models),
  axis: droppedAxis,
  conditions: (chosen, model) => conditions(chosen, model),
  view: async (grid, chosen, { models }) => ({
    tables: [accuracyTable(grid, chosen)],
    figures: [await lossFigure(grid, chosen)],
    metrics: lossMetrics(grid, chosen),
    reported: paperStatements('Fig. 4a'),
    notes: [
      `Patches of ${chosen.patch} px, filled ${chosen.fill === 'black' ? 'with black (0 in [0,1] space)' : 'with the mean colour of ImageNet'}.`,
      chosen.mask === 'image'
        ? 'One mask per image, the same for all models of one input size.'
        : `One mask per ${publishedGroup} images in dataset order, as in the published script.`,
      chosen.draws === null
        ? `Seed ${chosen.seed}, ${chosen.repeats} ${chosen.repeats === 1 ? 'repeat' : 'repeats'}.`
        : `Masks replayed from draws ${chosen.draws.slice(0, 12)}, which are taken to drop as many patches as their shares say.`,
      ...patchWarnings(chosen.patch, chosen.percents, models).map(({ message }) => `${message}.`),
    ],
  }),
})

/** The conditions of a study for one model. 0 % dropped is the clean image and has no repeats. */
function conditions(chosen: RandomPatchDropParams, model: StoredModel): Condition[] {
  const { patch, percents, repeats, fill, mask, seed, draws } = chosen
  const levels = [...new Set(percents)].sort((a, b) => a - b)
  return levels.flatMap((percent) => {
    const { dropped, patches } = droppedOf(model, patch, percent)
    return Array.from({ length: percent === 0 ? 1 : repeats }, (_, repeat) => ({
      key: `percent=${percent},repeat=${repeat}`,
      params: { percent, repeat, dropped, patches },
      ...(percent === 0
        ? { title: 'nothing dropped', baseline: true as const }
        : {
            title:
              dropped === 0
                ? `nothing dropped (${percent} % of ${patches})`
                : `${shareText(dropped / patches)} dropped`,
            draw: { level: `percent=${percent}`, title: `draw ${repeat + 1}` },
          }),
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
    }))
  })
}
