import { otherDefinitions, rewritesFor } from '#shared/saliencyMethods/index.ts'
import { sampledWork } from '../../measure/work.ts'
import { examplesOf, measured, problemNotes, storedOf } from '../../../facts/index.ts'
import { defineStudy } from '../../definition/index.ts'
import { boxesBeside, openBoxes, stateOfBoxes } from './boxes.ts'
import { boxesRewrite, storedBoxes } from './boxVectors.ts'
import { areaBars, curveFigure, sanityFigure } from './figures.ts'
import { measureScores, scoredImages } from './measure.ts'
import { controls, forwardsOf, methodsFor, orderersFor, params, titleOf } from './params.ts'
import { scorePoint } from './point.ts'
import { scoresRewrite } from './stored.ts'
import { summarised, toleranceOf, type Scored } from './summary.ts'
import { differenceTable, keyOf, scoreTable } from './tables.ts'

/** Scores of saliency maps: deletion and insertion, pointing game, sanity check by random weights. */
export const mapScores = defineStudy({
  id: 'map-scores',
  title: 'Where models look',
  section: 'extra',
  description:
    'How good maps of where a model looks are: what the model loses without the pixels they name, whether they point at the object, and whether they depend on its weights.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Gradient and Grad-CAM on 8 images, without randomised networks.',
      params: { methods: ['gradient', 'gradCam'], images: 8, steps: 10, cascade: 0 },
    },
    { id: 'default', title: 'Sound', description: 'Six methods on 48 images.', params: {} },
    {
      id: 'published',
      title: 'As published',
      description: 'All methods on 200 images, 224 steps, 8000 masks.',
      params: {
        methods: [
          'gradient',
          'smoothGrad',
          'integratedGradients',
          'gradCam',
          'layerCam',
          'relevance',
          'occlusion',
          'rise',
        ],
        images: 200,
        steps: 224,
        masks: 8000,
      },
    },
  ],
  definitions: [
    {
      name: 'deletion',
      formula:
        'area under p(class) while pixels become the mean colour, those with the largest values first; trapezoidal rule',
      source: 'Petsiuk et al. 2018, and evaluation.py of the authors',
    },
    {
      name: 'insertion',
      formula:
        'area under p(class) while pixels of the image replace those of the image blurred by a Gaussian of 11 x 11 pixels, σ = 5',
      source: 'Petsiuk et al. 2018, and evaluation.py of the authors',
    },
    {
      name: 'pointing game',
      formula:
        'share of images whose largest value lies in a box of the object, or nearer than 15/224 of the side',
      source: 'Zhang et al. 2016; TorchRay pointing_game.py',
    },
    {
      name: 'sanity check',
      formula:
        "Spearman's rank correlation of a map with the map of the same class by a network whose last layers have weights drawn from a normal distribution of the same mean and deviation; from the last layer alone to all",
      source: 'Adebayo et al. 2018, cascading randomisation',
    },
    { name: 'values', formula: 'of gradients the sum of magnitudes over the channels, else the map itself' },
    { name: 'interval', formula: 'percentile bootstrap over images, fixed seed; hits: Wilson' },
    ...otherDefinitions,
  ],
  needsLabels: false,
  readsLabels: ({ target }, models) => (target === 'true' ? models.map(({ id }) => id) : []),
  needs: ({ methods }) =>
    [...new Set(methods.flatMap(rewritesFor))].map((rewrite) => ({ rewrite, of: 'models' })),
  async settle(given, { dataset, signal }) {
    const boxes = given.boxes ?? (await boxesBeside(dataset.path))
    if (boxes === null) return { ...given, boxes, boxesState: null }
    await openBoxes(boxes)
    return { ...given, boxes, boxesState: await stateOfBoxes(boxes, signal) }
  },
  conditions: () => [],
  extraWork: (chosen, context) =>
    sampledWork(
      context,
      chosen.images,
      (model) => forwardsOf(chosen, model),
      (model) => orderersFor(chosen, model).length,
    ),
  measure: (context, chosen) => measureScores(context, chosen),
  async stored(chosen, { workspace: { db }, source, models }) {
    const images = await scoredImages(db, source, chosen)
    return models.flatMap((model) =>
      orderersFor(chosen, model).map((orderer) =>
        storedOf(measured(db, model, scoresRewrite(orderer, chosen)), images),
      ),
    )
  },
  async kept(chosen, model, { workspace: { db }, source }) {
    const images = await scoredImages(db, source, chosen)
    const boxed = storedBoxes(db, model, images, chosen)
    const withBoxes = images.filter(({ exampleId }) => boxed.has(exampleId))
    return [
      ...orderersFor(chosen, model).map((orderer) => ({
        rewrite: scoresRewrite(orderer, chosen),
        images,
        together: false,
      })),
      ...(withBoxes.length > 0
        ? [{ rewrite: boxesRewrite(chosen), images: withBoxes, together: false }]
        : []),
    ]
  },
  point: scorePoint,
  async view(grid, chosen, { workspace: { db }, source, models }) {
    const images = await scoredImages(db, source, chosen)
    const scored: Scored[] = []
    for (const model of models) scored.push(...(await summarised(db, model, images, chosen)))
    const of = (id: number) => scored.filter(({ model }) => model.id === id)
    const measuredModels = models.filter(({ id }) => of(id).length > 0)
    const shown = grid.models.filter(({ id }) => of(id).length > 0)
    const orderers = [...new Set(chosen.methods), ...controls].filter((one) =>
      scored.some(({ orderer }) => orderer === one),
    )
    const pointed = scored.filter(({ pointing }) => pointing !== null)
    return {
      key: keyOf(scored, models),
      tables: [scoreTable(scored), await differenceTable(scored)],
      figures: [
        areaBars('deletion', scored, shown, orderers),
        areaBars('insertion', scored, shown, orderers),
        ...(pointed.length > 0 ? [areaBars('pointing', pointed, shown, orderers)] : []),
        ...measuredModels.flatMap((model) => [
          curveFigure('deletion', model, of(model.id), orderers, chosen),
          curveFigure('insertion', model, of(model.id), orderers, chosen),
          ...(chosen.cascade > 0 ? [sanityFigure(model, of(model.id), orderers, chosen)] : []),
        ]),
      ],
      reported: [],
      notes: [
        `${images.length} images drawn with seed ${chosen.seed}; explains the ${chosen.target} class; ${chosen.steps} steps.`,
        chosen.boxes === null
          ? 'No boxes lie beside the dataset, so there is no pointing game.'
          : `Boxes from ${chosen.boxes}; tolerance ${models.map((model) => `${toleranceOf(model).toFixed(1)} px for ${model.title}`).join(', ')}.`,
        ...models.flatMap((model) =>
          chosen.methods
            .filter((name) => !methodsFor(chosen, model).includes(name))
            .map((name) => `${model.title} has no ${titleOf(name)}: its graph does not allow it.`),
        ),
        ...models.flatMap((model) =>
          orderersFor(chosen, model).flatMap((orderer) =>
            problemNotes(
              `${titleOf(orderer)} of ${model.title}`,
              images.length,
              measured(db, model, scoresRewrite(orderer, chosen)).problems(examplesOf(images)).values(),
            ),
          ),
        ),
      ],
    }
  },
})
