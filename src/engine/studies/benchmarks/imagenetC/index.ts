import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../../datasets/index.ts'
import { defineStudy, type Metric } from '../../definition.ts'
import type { Grid } from '../../grid.ts'
import { paperStatements, paperValues } from '../../paper.ts'
import { isImagenet } from '../answers.ts'
import { baselineModel } from '../baseline.ts'
import { findValidation } from '../validation.ts'
import { chosenCorruptions, conditions, isCorrupted, params, type CorruptionParams } from './conditions.ts'
import { corruptionFigure, meanAccuracyFigure, severityFigure, severityMap } from './figures.ts'
import { scoresOf, unitOf, type Scores } from './scores.ts'
import { cellTable, corruptionTable, summaryTable } from './tables.ts'

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
    },
    {
      id: 'severe',
      title: 'Severity 5',
      description: 'What the bars of the paper show.',
      params: { severities: [5] },
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
    { name: 'interval', formula: 'bootstrap over pictures with all their versions, fixed seed' },
  ],
  settle(chosen, room) {
    const { dataset } = room
    if (dataset.parts.length > 0 && !isCorrupted(dataset))
      throw new KernelscopeError(
        'STUDY_PARAMS',
        `invalid dataset: ${dataset.title} has parts that are no corruptions`,
        { hint: 'Choose ImageNet-C, or plain images to make corruptions from.' },
      )
    if (!isCorrupted(dataset)) return { ...chosen, validation: null }
    const classes = dataset.classes.map(({ name }) => name)
    return { ...chosen, validation: findValidation(room, chosen.validation, classes) }
  },
  otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
  conditions,
  async view(grid, chosen, { workspace: { db }, source }) {
    const dataset = getDataset(db, source.datasetId)
    const published = isCorrupted(dataset)
    const unit = unitOf(grid, published && isImagenet(dataset), baselineModel(grid.models, chosen.baseline))
    const scores = new Map<number, Scores>()
    for (const model of grid.models) scores.set(model.id, await scoresOf(db, grid, model, unit))
    const origin = published ? `Files of ${dataset.title}.` : madeHere(chosen)
    const inC = paperValues((row) => row.dataset === 'ImageNet-C' && row.source !== 'Table 7')
    const accuracies = inC.filter(({ text }) => text.includes('mean top-1'))
    return {
      tables: [
        summaryTable(grid, unit, scores),
        corruptionTable(grid, chosen, unit, scores),
        cellTable(grid, chosen),
      ],
      figures: [
        meanAccuracyFigure(grid, scores, published && isImagenet(dataset) ? accuracies : [], origin),
        corruptionFigure(grid, chosen, unit, scores, origin),
        severityFigure(grid, chosen, origin),
        ...grid.models.map((model) => severityMap(grid, model, chosen, origin)),
      ],
      reported: [...inC, ...paperStatements('Fig. 2b')],
      metrics: metricsOf(grid, published, unit?.name ?? null, scores),
      notes: [
        origin,
        ...(unit ? [`CE counts the errors of ${unit.name} as 100.`] : []),
        ...notesOn(grid, chosen, published, scores),
      ],
    }
  },
})

const madeHere = ({ seed, jpeg }: CorruptionParams) =>
  `Made here, seed ${seed}${jpeg ? ', JPEG quality 85' : ', without the JPEG pass'}: like ImageNet-C, not its files. Frost uses ice pictures of our own.`

function notesOn(
  grid: Grid,
  chosen: CorruptionParams,
  published: boolean,
  scores: Map<number, Scores>,
): string[] {
  const all = [...scores.values()]
  return [
    ...(published
      ? all.some(({ images }) => images !== 50000)
        ? ['Not the 50,000 images of every part: AlexNet’s errors then only roughly apply.']
        : []
      : ['Not comparable with published values: the paper’s numbers are for the published files.']),
    ...(chosenCorruptions(chosen).length < 19 || all.some(({ meanAccuracyAt5 }) => meanAccuracyAt5 === null)
      ? ['Where cells are missing or not whole, no mean is given.']
      : []),
    ...grid.models
      .filter(({ id }) => scores.get(id)?.images === null)
      .map(({ title }) => `${title}: the cells hold different numbers of images.`),
  ]
}

function metricsOf(
  grid: Grid,
  published: boolean,
  unit: string | null,
  scores: Map<number, Scores>,
): Metric[] {
  const prefix = published ? 'imagenet-c' : 'made-c'
  const title = published ? 'ImageNet-C' : 'Corruptions made here'
  return grid.models.flatMap((model): Metric[] => {
    const own = scores.get(model.id)
    const shared = { modelId: model.id, n: own?.images ?? 0 }
    return [
      {
        ...shared,
        key: `${prefix}.mean5`,
        title: `${title}, mean at severity 5`,
        unit: 'fraction',
        better: 'higher',
        value: own?.meanAccuracyAt5 ?? null,
        interval: own?.accuracyInterval ?? null,
      },
      ...(unit === null
        ? []
        : [
            {
              ...shared,
              key: `${prefix}.mce`,
              title: `${title}, mCE (${unit} = 100)`,
              unit: 'number' as const,
              better: 'lower' as const,
              value: own?.mce ?? null,
              interval: own?.mceInterval ?? null,
            },
          ]),
    ]
  })
}
