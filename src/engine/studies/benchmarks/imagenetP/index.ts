import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../../datasets/index.ts'
import { paperValues } from '../../summary/paper.ts'
import { isImagenet } from '../../summary/answers.ts'
import { baselineModel } from '../shared/baseline.ts'
import { conditions, isPerturbed, params } from './conditions.ts'
import { ratesOf } from './rates.ts'
import { flipsPerClass, mostFlippingTable } from './leastStable.ts'
import { stabilityOf, unitOf, type Stabilities, type PerturbationUnit } from './scores.ts'
import {
  distanceFigure,
  flipFigure,
  perturbationTable,
  rateFigure,
  rawMeans,
  summaryTable,
  type ModelResult,
} from './view.ts'
import { onPublished } from '../shared/deviations.ts'
import { defineStudy, type Grid, type Metric } from '../../definition/index.ts'

/** Stability of predictions over sequences of small changes (Hendrycks and Dietterich, ICLR 2019). */
export const imagenetP = defineStudy({
  id: 'imagenet-p',
  title: 'ImageNet-P, perturbations',
  section: '3.2',
  description:
    'Sequences in which an image changes little by little: how often the predicted class flips, how far the five likeliest classes move. From the files of ImageNet-P, or made here from the images of any dataset.',
  params,
  needsLabels: false,
  presets: [
    {
      id: 'default',
      title: 'Ten perturbations',
      description: '320 frames of every image, as reported.',
      params: {},
      repeats: ['Table 2'],
      deviates: [
        onPublished,
        'No top-5 distances of AlexNet are published: mT5D needs a model that stands for it.',
      ],
    },
    {
      id: 'quick',
      title: 'Quick look',
      description: 'Four perturbations, every fifth frame.',
      params: { perturbations: ['gaussian_noise', 'brightness', 'translate', 'rotate'], stride: 5 },
    },
  ],
  definitions: [
    {
      name: 'flip probability',
      formula:
        'share of frames whose class differs from that of the reference frame, averaged inside each sequence, then over sequences',
      source: 'hendrycks/robustness ImageNet-P/test.py',
    },
    {
      name: 'reference frame',
      formula: 'the first frame for noise, the frame before for all others',
    },
    {
      name: 'top-5 distance',
      formula:
        'sum over i = 1..5 of |min(i,6) − min(σ(i),6)|, σ(i) = rank in the frame of the class of rank i in the reference',
    },
    { name: 'FR, mFR', formula: '100 · flip probability / that of AlexNet; mean over the ten' },
    {
      name: 'mT5D',
      formula:
        'the same of top-5 distances; only against a model of the study, as no source gives AlexNet’s values',
    },
    { name: 'interval', formula: 'bootstrap over sequences, fixed seed' },
  ],
  ranked: true,
  printedIn: ['Table 2'],
  docs: 'benchmarks/imagenet-p.md',
  suite: {
    recognised: ['imagenet-p'],
    made: ([baseline]) => ({ baseline }),
    quick: { stride: 5 },
  },
  questions: [
    {
      id: 'imagenet-p',
      section: '3',
      title: 'ImageNet-P',
      asks: 'Does its answer stay the same while an image changes bit by bit?',
      look: 'The flip rate of every perturbation.',
      params: () => ({ stride: 10 }),
      transformSeconds: 0.006,
    },
  ],
  settle(chosen, { dataset }) {
    if (dataset.parts.length === 0 || isPerturbed(dataset)) return chosen
    throw new KernelscopeError(
      'STUDY_PARAMS',
      `invalid dataset: ${dataset.title} has parts that are no perturbations`,
      { hint: 'Choose ImageNet-P, or plain images to make sequences from.' },
    )
  },
  // The frames of published sequences are images, not conditions.
  axis: {
    title: () => 'Frame',
    of: ({ frame }) => (frame === undefined ? null : Number(frame)),
    label: (x) => `frame ${x}`,
  },
  conditions: (chosen, _, context) => conditions(chosen, context),
  async view(grid, chosen, { workspace: { db }, source }) {
    const dataset = getDataset(db, source.datasetId)
    const published = isPerturbed(dataset)
    const own = new Map<number, Stabilities>()
    for (const model of grid.models) own.set(model.id, await stabilityOf(db, grid, model, chosen, published))
    const counted = baselineModel(grid.models, chosen.baseline)
    const baseline = counted && {
      id: counted.id,
      title: counted.title,
      own: own.get(counted.id) ?? new Map(),
    }
    const unit = unitOf(baseline, published && isImagenet(dataset), chosen)
    const found = new Map<number, ModelResult>()
    for (const model of grid.models) {
      const stabilities = own.get(model.id) ?? new Map()
      found.set(model.id, {
        own: stabilities,
        rates: await ratesOf(model, stabilities, unit, baseline?.own ?? null),
      })
    }
    const reported = paperValues((row) => row.dataset === 'ImageNet-P')
    const rates = reported.filter(({ text }) => text.endsWith('mFR'))
    const origin = published
      ? `Frames of ${dataset.title}.`
      : `Made here, seed ${chosen.seed}, without video compression: like ImageNet-P, not its files.`
    return {
      tables: [
        summaryTable(grid, unit, found),
        perturbationTable(grid, chosen, unit, found),
        flipsPerClass(grid, found),
        mostFlippingTable(grid, found),
      ],
      figures: [
        rateFigure(grid, unit, found, published && isImagenet(dataset) ? rates : [], unitNotes(unit)),
        flipFigure(grid, chosen, found, origin),
        distanceFigure(grid, chosen, found, origin),
      ],
      reported,
      metrics: metricsOf(grid, published, unit, found),
      notes: [
        origin,
        ...unitNotes(unit),
        ...(chosen.stride > 1 ? [`Every ${chosen.stride}th frame only.`] : []),
        ...(published ? [] : ['Not comparable with published values: those are for the published videos.']),
        'A mean is given only over all ten perturbations, each of them whole.',
      ],
    }
  },
})

function metricsOf(
  grid: Grid,
  published: boolean,
  unit: PerturbationUnit | null,
  found: Map<number, ModelResult>,
): Metric[] {
  const prefix = published ? 'imagenet-p' : 'made-p'
  const title = published ? 'ImageNet-P' : 'Perturbations made here'
  return grid.models.flatMap((model): Metric[] => {
    const measured = found.get(model.id)
    const counts = [...(measured?.own.values() ?? [])].map(({ sequences }) => sequences.length)
    const shared = {
      modelId: model.id,
      better: 'lower' as const,
      unit: 'number' as const,
      n: counts.length === 0 ? 0 : Math.min(...counts),
    }
    const rate = (what: 'mfr' | 'mt5d', name: string, of: string): Metric => ({
      ...shared,
      key: `${prefix}.${what}`,
      title: `${title}, ${name} (${of} = 100)`,
      value: measured?.rates[what] ?? null,
      interval: measured?.rates[`${what}Interval`] ?? null,
    })
    const { flips, distance } = rawMeans(grid, measured)
    return [
      ...(unit?.flips ? [rate('mfr', 'mFR', unit.name)] : []),
      ...(unit?.distances ? [rate('mt5d', 'mT5D', unit.distancesOf)] : []),
      {
        ...shared,
        unit: 'fraction',
        key: `${prefix}.flips`,
        title: `${title}, mean flip probability`,
        ...flips,
      },
      { ...shared, key: `${prefix}.distance`, title: `${title}, mean top-5 distance`, ...distance },
    ]
  })
}

/** Notes on the baseline and its consequences. */
function unitNotes(unit: PerturbationUnit | null): string[] {
  if (unit === null) return ['Raw values: nothing counts as 100 here.']
  const steady = Object.entries(unit.flips ?? {}).flatMap(([name, flips]) => (flips === 0 ? [name] : []))
  return [
    `Rates count ${unit.name} as 100.${unit.distances === null ? ' Its top-5 distances are not known from any source, so these stay raw; the parameter distances takes them where you know them.' : ''}`,
    ...(unit.name === 'AlexNet'
      ? ['AlexNet’s flip probabilities are recalled values that reproduce published mFRs.']
      : []),
    ...(steady.length > 0
      ? [
          `No mFR: ${unit.name} never changes its answer under ${steady.join(', ')} here, so nothing can be divided by it. Take more images, or another model as 100.`,
        ]
      : []),
  ]
}
