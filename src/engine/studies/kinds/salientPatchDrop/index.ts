import { KernelscopeError } from '#shared/errors.ts'
import type { SalientMode } from '#shared/saliency.ts'
import { getModel, type StoredModel } from '../../../models/index.ts'
import { changeMetric, nearest } from '../../summary/metrics.ts'
import { paperStatements, paperValues } from '../../summary/paper.ts'
import { measureGrid } from '../../measure/grid.ts'
import { gradientForwards } from '../../measure/gradientForwards.ts'
import { makeMasks } from './masks.ts'
import { saliencyModelOf, settledModel, standsInFor } from './saliencyModel.ts'
import { repeatOf, sourceDigest, stateOfMasks } from './source.ts'
import { lossFigure, lossTable, shareFigure, standInNotes } from './view.ts'
import type { Condition } from '../../../facts/index.ts'
import {
  defineStudy,
  publishedWith,
  type ExtraWork,
  type Grid,
  type Metric,
  type StudyWarning,
  unchanged,
  type WorkContext,
} from '../../definition/index.ts'
import { massAxis, patchWarnings } from '../dropped.ts'
import { params, type SalientParams } from './params.ts'

/** Occlusion of salient and of non-salient patches (paper 4.1, Figs. 4b and 4c). */
export const salientPatchDrop = defineStudy({
  id: 'salient-patch-drop',
  title: 'Salient patch drop',
  section: '4.1',
  description:
    'The patches that carry the saliency of an image are painted over, or all others. Masks come from one source and are the same for all models.',
  params,
  presets: [
    { id: 'quick', title: 'Quick look', description: 'Three shares.', params: { percents: [0, 30, 60] } },
    {
      id: 'paper',
      title: 'As in the paper',
      description: 'Class-token attention of DINO ViT-S/16, last layer, second head, 16 px patches, black.',
      params: { source: 'attention', layer: null, head: 2 },
      published: true,
      repeats: ['Fig. 4b', 'Fig. 4c', 'Fig. 5', 'Table 5'],
      deviates: [
        'The axis of the non-salient figure is the largest loss of mass, as the text has it; the script plots what is kept.',
        'Without DINO ViT-S/16 in the workspace another ViT stands in, which the result says.',
      ],
    },
    {
      id: 'mean-head',
      title: 'All heads',
      description: 'Attention averaged over heads: depends on no single head.',
      params: { head: null },
    },
  ],
  published: publishedWith('bilinear'),
  definitions: [
    {
      name: 'information loss',
      formula: 'K = share of the saliency mass in the dropped patches (salient); at most K (non-salient)',
      source: 'paper 4.1; IPViT evaluate.py',
    },
    {
      name: 'foreground',
      formula: 'the smallest set of the heaviest patches with mass ≥ λ; λ = K salient, λ = 1 - K non-salient',
    },
    {
      name: 'published axis',
      formula: 'the published script plots non-salient results against λ; here they are against K = 1 - λ',
    },
  ],
  async settle(given, { db, dataset, signal }) {
    const chosen = { ...given, masksState: null }
    if (chosen.source === 'masks') {
      if (chosen.masks === null)
        throw new KernelscopeError('STUDY_PARAMS', 'invalid masks: choose the folder of masks')
      return { ...chosen, masksState: await stateOfMasks(chosen.masks, dataset.id, signal) }
    }
    return { ...chosen, model: settledModel(db, chosen) }
  },
  exportDraws: 'masks',
  ranked: true,
  printedIn: ['Table 5'],
  questions: [
    {
      id: 'salient-occlusion',
      section: '4.1',
      title: 'Salient occlusion',
      asks: 'And when exactly the patches go missing that show the object?',
      look: 'How much steeper the curves are than with random patches, and which masks were used.',
      params: ({ saliency }) =>
        saliency
          ? { percents: [0, 25, 50, 75], source: 'attention', model: saliency.id, head: null }
          : { percents: [0, 25, 50, 75], source: 'gradient' },
    },
  ],
  // Shares are of the saliency mass, and at least one patch carries it.
  warnings: (chosen, models, { db }) => [
    ...patchWarnings(chosen.patch, [], models),
    // Another source, layer or head is chosen on purpose.
    ...(chosen.source === 'attention' && chosen.layer === null && chosen.head === 2
      ? standInWarnings(standsInFor(db, chosen))
      : []),
  ],
  axis: massAxis,
  needs: ({ source, model }) =>
    source === 'masks' || model === null
      ? []
      : [{ rewrite: source === 'attention' ? 'attention' : 'differentiate', of: model }],
  readsLabels(chosen, _models, { db }) {
    const from = chosen.source === 'gradient' ? saliencyModelOf(db, chosen) : undefined
    return from ? [from.id] : []
  },
  conditions: (chosen, model, { db, dataset }) => {
    const draws = sourceDigest(db, chosen, dataset.id, model.preprocessing.size)
    const levels = [...new Set(chosen.percents)].filter((percent) => percent > 0).sort((a, b) => a - b)
    const drop = (mode: SalientMode, percent: number) => ({
      op: 'patchDrop' as const,
      patch: chosen.patch,
      percent,
      fill: chosen.fill,
      seed: 0,
      repeat: repeatOf[mode],
      group: null,
      draws,
    })
    return [
      {
        key: 'clean',
        params: { percent: 0, mode: 'clean' },
        title: 'clean',
        baseline: true,
        transform: unchanged,
      },
      ...chosen.modes.flatMap((mode) =>
        levels.map((percent): Condition => ({
          key: `${mode},percent=${percent}`,
          params: { percent, mode },
          title: `${mode}, ${percent} % of the mass`,
          way: mode,
          transform: () => drop(mode, percent),
        })),
      ),
    ]
  },
  extraWork: (chosen, context) => saliencyWork(chosen, context),
  async measure(context, chosen) {
    if (context.stretch.from === 0) await makeMasks(context, chosen)
    if (!context.job.signal.aborted) await measureGrid(context)
  },
  measuresApart: true,
  view: async (grid, chosen, context) => ({
    tables: [await lossTable(grid, chosen, context)],
    figures: [
      ...(await Promise.all(
        chosen.modes.map((mode) => lossFigure(grid, mode, standsInFor(context.workspace.db, chosen))),
      )),
      await shareFigure(chosen, context),
    ],
    reported: [
      ...paperStatements('Fig. 4b'),
      ...paperStatements('Fig. 4c'),
      ...paperValues(({ metric }) => metric.startsWith('salient drop')),
    ],
    metrics: salientMetrics(grid, chosen),
    notes: [
      ...standInNotes(standsInFor(context.workspace.db, chosen)),
      sourceNote(chosen, chosen.model === null ? null : getModel(context.workspace.db, chosen.model).title),
      `Patches of ${chosen.patch} px; the same masks for all models of one input size.`,
    ],
  }),
})

/** The warning that masks are not those of the paper. */
const standInWarnings = (standIn: string | null): StudyWarning[] =>
  standIn === null
    ? []
    : [
        {
          message: `not the masks of the paper: ${standIn}`,
          hint: 'Add DINO ViT-S/16 (dino_deitsmall16_pretrain.pth) with the role saliency for its masks.',
        },
      ]

/**
 * The work of computing saliency. The class token's attention is read once for all input sizes, the gradient
 * once for each.
 */
function saliencyWork(
  { source, model }: SalientParams,
  { db, models, images, settled }: WorkContext,
): ExtraWork[] {
  if (source === 'masks' || model === null) return []
  const saliency = getModel(db, model)
  const passes = source === 'attention' ? [models] : [...Map.groupBy(models, sizeKey).values()]
  return passes.map((served) => ({
    model: saliency,
    images,
    stored: Math.max(0, ...served.map(settled)),
    forwards: source === 'attention' ? 1 : gradientForwards(saliency),
  }))
}

/** Table 5: the change at 50 %, or at the nearest share that the study has. */
function salientMetrics(grid: Grid, { percents }: SalientParams): Metric[] {
  const percent = nearest(
    percents.filter((one) => one > 0),
    50,
  )
  return grid.cells
    .filter(({ params }) => params['mode'] === 'salient' && params['percent'] === percent)
    .map((cell) =>
      changeMetric(
        grid,
        cell,
        `salient-patch-drop.salient-${percent}`,
        `Salient drop ${percent} %, change in top-1`,
      ),
    )
}

const sizeKey = ({ preprocessing: { size } }: StoredModel) => size.join('x')

function sourceNote({ source, layer, head, masks }: SalientParams, title: string | null): string {
  if (source === 'masks') return `Saliency: masks in ${masks}.`
  if (source === 'gradient')
    return `Saliency: |gradient| of the true logit of ${title}, summed over channels and patch.`
  return `Saliency: attention of the class token of ${title}, ${layer === null ? 'last layer' : `layer ${layer}`}, ${head === null ? 'mean over heads' : `head ${head}`}.`
}
