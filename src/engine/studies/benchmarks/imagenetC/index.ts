import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../../datasets/index.ts'
import { paperStatements, paperValues } from '../../summary/paper.ts'
import { measureGrid } from '../../measure/grid.ts'
import { baselineModel } from '../shared/baseline.ts'
import { findValidation } from '../shared/validation.ts'
import { conditions, isCorrupted, params, type CorruptionParams } from './conditions.ts'
import { corruptionFigure, mceFigure, meanAccuracyFigure, severityFigure, severityMap } from './figures.ts'
import { hardestTables } from './hardest.ts'
import { keepIce, settledIce } from './ice.ts'
import { describeOrigin, metricsOf, notesOn, originOf } from './origin.ts'
import { scoresOf, unitOf, type Scores } from './scores.ts'
import { isPartial, presentIn, scopeOf } from './shown.ts'
import { cellTable, corruptionTable, summaryTable } from './tables.ts'
import { onPublished } from '../shared/deviations.ts'
import { defineStudy } from '../../definition/index.ts'

/** Common corruptions at five severities (Hendrycks and Dietterich, ICLR 2019). */
export const imagenetC = defineStudy({
  id: 'imagenet-c',
  title: 'ImageNet-C, corruptions',
  section: '3.2',
  description:
    'Nineteen corruptions at five severities: from the files of ImageNet-C, or made here from the images of any dataset. Mean accuracy at severity 5, CE, mCE and relative mCE.',
  params,
  presets: [
    {
      id: 'default',
      title: 'All 19 at 5 severities',
      description: '95 versions of every image; the clean image is taken along.',
      params: {},
      repeats: ['Table 1'],
      deviates: [onPublished],
    },
    {
      id: 'severe',
      title: 'Severity 5',
      description: 'What the bars of the paper show.',
      params: { severities: [5] },
      repeats: ['Fig. 2b', 'Table 5', 'Table 6'],
      deviates: [onPublished],
    },
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Four corruptions, one of each family, at three severities.',
      params: {
        corruptions: ['gaussian_noise', 'defocus_blur', 'fog', 'jpeg_compression'],
        severities: [1, 3, 5],
      },
    },
  ],
  definitions: [
    {
      name: 'mean accuracy',
      formula: 'mean of top-1 at severity 5 over all 19 corruptions',
      source: 'paper, Fig. 2b, Tables 5 and 6',
    },
    {
      name: 'CE',
      formula: '100 · sum of the five errors / sum of the five errors of AlexNet: a ratio of sums',
      source: 'Hendrycks and Dietterich 2019; hendrycks/robustness',
    },
    { name: 'mCE', formula: 'mean of CE over the 15 benchmark corruptions; 100 = AlexNet, lower is better' },
    {
      name: 'relative CE',
      formula: '100 · (sum of errors − 5 · clean error) / the same of AlexNet; may be negative',
    },
    {
      name: 'mCE of CIFAR-C',
      formula: 'mean error over the 15 benchmark corruptions and five severities, not normalised',
      source: 'Hendrycks et al. 2020, AugMix',
    },
    {
      name: 'interval',
      formula:
        'percentile bootstrap over pictures, each with all its versions, fixed seed; a model that counts as 100 is drawn along',
    },
  ],
  ranked: true,
  printedIn: ['Table 1', 'Table 5', 'Table 6'],
  docs: 'benchmarks/imagenet-c.md',
  suite: {
    recognised: ['imagenet-c', 'cifar-10-c', 'cifar-100-c'],
    // Published baselines do not fit images made here: the first model is the baseline.
    made: ([baseline]) => ({ baseline }),
    quick: {},
  },
  questions: [
    {
      id: 'imagenet-c',
      section: '3',
      title: 'ImageNet-C',
      asks: 'How does it bear noise, blur, weather and compression?',
      look: 'The mean corruption error, and the corruption that hurts most.',
      transformSeconds: 0.015,
    },
  ],
  async settle(chosen, context) {
    const { dataset } = context
    if (dataset.parts.length > 0 && !isCorrupted(dataset))
      throw new KernelscopeError(
        'STUDY_PARAMS',
        `invalid dataset: ${dataset.title} has parts that are no corruptions`,
        { hint: 'Choose ImageNet-C, or plain images to make corruptions from.' },
      )
    if (!isCorrupted(dataset)) return { ...chosen, validation: null, ...(await settledIce(chosen)) }
    const classes = dataset.classes.map(({ name }) => name)
    const validation = findValidation(context, chosen.validation, classes)
    return { ...chosen, validation, icePictures: null, ice: null, iceLike: null }
  },
  otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
  axis: { title: () => 'Severity', of: ({ severity }) => Number(severity), label: (x) => `severity ${x}` },
  conditions: (chosen, _, context) => conditions(chosen, context),
  async measure(context, chosen) {
    context.pool.lend(await keepIce(context.workspace, chosen))
    await measureGrid(context)
  },
  measuresApart: true,
  async view(grid, params, { workspace: { db }, source }) {
    const dataset = getDataset(db, source.datasetId)
    const origin = originOf(dataset)
    const said = describeOrigin(origin, dataset, params)
    const chosen = presentIn(grid, params)
    const unit = unitOf(grid, origin === 'imagenet', baselineModel(grid.models, params.baseline))
    const scores = new Map<number, Scores>()
    for (const model of grid.models) scores.set(model.id, await scoresOf(db, grid, model, unit))
    const inC = paperValues((row) => row.dataset === 'ImageNet-C' && row.source !== 'Table 7')
    const accuracies = inC.filter(({ text }) => text.includes('mean top-1'))
    const rates = inC.filter(({ text }) => text.endsWith('mCE'))
    return {
      tables: [
        summaryTable(grid, chosen, unit, scores, origin),
        corruptionTable(grid, chosen, unit, scores),
        cellTable(grid, chosen),
        ...(await hardestTables(grid, chosen, db)),
      ],
      figures: [
        meanAccuracyFigure(grid, chosen, scores, origin === 'imagenet' ? accuracies : [], said),
        ...mceFigure(grid, unit, scores, origin === 'imagenet' ? rates : [], said),
        corruptionFigure(grid, chosen, unit, scores, said),
        await severityFigure(grid, chosen, said),
        ...grid.models.map((model) => severityMap(grid, model, chosen, said)),
      ],
      reported: [...inC, ...paperStatements('Fig. 2b')],
      metrics: metricsOf(grid, origin, dataset, unit, scores),
      notes: [
        said,
        ...notesOn(grid, origin, isPartial(chosen) ? scopeOf(chosen) : null, unit, scores),
        ...lacking(params, chosen),
      ],
    }
  },
})

/** Lists the corruptions and severities that were chosen but are not in the dataset. */
function lacking(asked: CorruptionParams, present: CorruptionParams): string[] {
  const missing = asked.corruptions.filter((name) => !present.corruptions.includes(name))
  const levels = asked.severities.filter((level) => !present.severities.includes(level))
  return [
    ...(missing.length > 0 ? [`The dataset lacks ${missing.join(', ')}.`] : []),
    ...(levels.length > 0 ? [`The dataset lacks severities ${levels.join(', ')}.`] : []),
  ]
}
