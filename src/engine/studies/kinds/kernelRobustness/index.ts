import { madeCorruption } from '#shared/transforms/index.ts'
import { gradientForwards } from '../../measure/gradientForwards.ts'
import { measureGrid } from '../../measure/grid.ts'
import { sampledWork } from '../../measure/work.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { defineStudy, unchanged } from '../../definition/index.ts'
import {
  fieldImages,
  fieldRewrite,
  fieldStored,
  measureField,
  ringsRewrite,
} from '../receptiveField/measure.ts'
import { params } from './params.ts'
import { fieldParams, propertiesOf } from './properties.ts'
import { against, correlationTable, propertyTable, scatterFigure } from './view.ts'

/** The paper's question, for one's own models: do those that look farther bear corruptions better? */
export const kernelRobustness = defineStudy({
  id: 'kernel-robustness',
  title: 'Kernels and robustness',
  section: 'extra',
  description:
    'Kernel distance and effective receptive field of several models against the accuracy that they lose under corruption, with rank correlations.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Two corruptions, fields over 4 images.',
      params: { corruptions: ['gaussian_noise', 'defocus_blur'], fieldImages: 4 },
    },
    {
      id: 'default',
      title: 'Sound',
      description: 'A corruption of each family at severity 3, fields over 16 images.',
      params: {},
    },
  ],
  definitions: [
    {
      name: 'kernel distance',
      formula:
        'Σ|w| d / Σ|w| in pixels of the feature map, mean over the channels of all depthwise layers of stride 1',
      source: 'paper 4.6',
    },
    {
      name: 'receptive field',
      formula:
        'smallest centred square with a share of the contributions to the centre of the last feature map',
      source: 'Ding et al. 2022, section 5',
    },
    { name: 'robustness', formula: 'mean over the corruptions of top-1 minus top-1 on clean images' },
    {
      name: 'Spearman',
      formula: 'correlation of the ranks; interval by atanh(r) ± 1.96 sqrt((1 + r²/2) / (n - 3))',
      source: 'Bonett and Wright 2000',
    },
    {
      name: 'Kendall',
      formula: 'tau-b; interval by atanh(τ) ± 1.96 sqrt(0.437 / (n - 4))',
      source: 'Fieller, Hartley and Pearson 1957',
    },
  ],
  axis: { title: () => 'Severity', of: ({ severity }) => Number(severity), label: (x) => `severity ${x}` },
  needs: () => [
    { rewrite: 'probe', of: 'models' },
    { rewrite: 'differentiate', of: 'models' },
  ],
  warnings: (_, models) =>
    models.length > 4
      ? []
      : [
          {
            message: `${models.length} models are few for a rank correlation`,
            hint: 'Take at least five, of different kernels.',
          },
        ],
  conditions: ({ corruptions, severity, seed }) => [
    {
      key: 'clean',
      params: { corruption: 'none', severity: 0 },
      title: 'clean',
      baseline: true,
      transform: unchanged,
    },
    ...[...new Set(corruptions)].map((name) => ({
      key: `${name},severity=${severity}`,
      params: { corruption: name, severity },
      title: `${name}, severity ${severity}`,
      way: name,
      transform: () => madeCorruption({ name, severity, seed, jpeg: true }),
    })),
  ],
  extraWork: (chosen, context) => sampledWork(context, chosen.fieldImages, gradientForwards),
  async measure(context, chosen) {
    if (context.stretch.from === 0) await measureField(context, fieldParams(chosen))
    if (!context.job.signal.aborted) await measureGrid(context)
  },
  async stored(chosen, { workspace: { db }, source, models }) {
    const images = await fieldImages(db, source, fieldParams(chosen))
    return models.map((model) => fieldStored(db, images, model, fieldParams(chosen)))
  },
  async kept(chosen, _model, { workspace: { db }, source }) {
    const images = await fieldImages(db, source, fieldParams(chosen))
    return [
      { rewrite: fieldRewrite(images, fieldParams(chosen)), images, together: true },
      { rewrite: ringsRewrite(fieldParams(chosen)), images, together: false },
    ]
  },
  async view(grid, chosen, context) {
    const models = await Promise.all(
      context.models.map((model) => propertiesOf(model, grid, chosen, context)),
    )
    return {
      tables: [correlationTable(models), propertyTable(models)],
      key: keyNumber(
        'Mean change in top-1 under corruption',
        'points',
        models.map(({ model, change, n }) => ({ modelId: model.id, value: change, n })),
      ),
      figures: against.map((property) => scatterFigure(models, property)),
      reported: [],
      notes: [
        `Corruptions made here at severity ${chosen.severity}, seed ${chosen.seed}: ${chosen.corruptions.join(', ')}.`,
        `Receptive fields over ${chosen.fieldImages} images; the area that holds ${Math.round(100 * chosen.share)} % of the contributions.`,
        'A correlation over models is no cause: models differ in more than their kernels.',
        ...models
          .filter(({ distance }) => distance === null)
          .map(({ model }) => `${model.title}: no depthwise kernels, so no kernel distance.`),
      ],
    }
  },
})
