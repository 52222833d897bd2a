import { z } from 'zod'
import { getDataset } from '../../../datasets/index.ts'
import { paperStatements, paperValues } from '../../summary/paper.ts'
import { isImagenet, notImagenet, subsetClasses, subsetReadout } from '../../summary/answers.ts'
import { asFractions, barsFigure } from '../../summary/bars.ts'
import { requireValidation, validationParam } from '../shared/validation.ts'
import { worstTable } from '../../summary/worst.ts'
import { detect, type Detected } from './detect.ts'
import { confidenceFigure, detectionTable, outsideClassTable } from './view.ts'
import type { Condition } from '../../../facts/index.ts'
import { carriedOver } from '../shared/deviations.ts'
import { defineStudy, type Metric, unchanged } from '../../definition/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

const params = z.object({ validation: validationParam })

/** Detection of images of unknown classes by low confidence (Hendrycks et al., CVPR 2021). */
export const imagenetO = defineStudy({
  id: 'imagenet-o',
  title: 'ImageNet-O, unknown classes',
  section: '3.2',
  description:
    'Images of classes the model does not know against ordinary images of the 200 classes they resemble: can they be told apart by low confidence?',
  params,
  needsLabels: false,
  presets: [
    {
      id: 'default',
      title: 'All images',
      description: 'Every image of the set against all validation images of its classes.',
      params: {},
      repeats: ['Fig. 2c', 'Table 5'],
      deviates: [carriedOver],
    },
  ],
  definitions: [
    {
      name: 'score',
      formula: 'minus the largest probability of a softmax over the outputs of the classes of the set alone',
      source: 'natural-adv-examples eval_many_models.py',
    },
    {
      name: 'AUPR',
      formula:
        'average precision with the images from outside as positives; equal scores are one threshold; no interpolation',
      source: 'sklearn average_precision_score',
    },
    { name: 'AUROC', formula: 'chance that an image from outside has the lower confidence; ties count half' },
    { name: 'FPR at 95 %', formula: 'ordinary images rejected where 95 % of those from outside are' },
    { name: 'interval', formula: 'percentile bootstrap over images, fixed seed' },
  ],
  ranked: true,
  printedIn: ['Table 5'],
  docs: 'benchmarks/imagenet-o.md',
  suite: { recognised: ['imagenet-o'] },
  questions: [
    {
      id: 'imagenet-o',
      section: '3',
      title: 'ImageNet-O',
      asks: 'Does it know when an image belongs to no class it was taught?',
      look: 'The area under the precision-recall curve.',
    },
  ],
  settle: (chosen, context) => ({
    ...chosen,
    validation: requireValidation(context, chosen.validation, subsetClasses(context.dataset)),
  }),
  otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
  conditions({ validation }, model, { dataset }): Condition[] {
    const classes = subsetClasses(dataset)
    const [outside, inside] = [false, true].map((truth) => subsetReadout(dataset, model, truth))
    if (!outside || !inside) return []
    return [
      {
        key: 'outside',
        params: { images: 'outside' },
        title: 'outside',
        transform: unchanged,
        readout: outside,
      },
      ...(validation === null
        ? []
        : [
            {
              key: 'inside',
              params: { images: 'inside' },
              title: 'inside',
              transform: unchanged,
              readout: inside,
              images: { datasetId: validation, classes },
            },
          ]),
    ]
  },
  async view(grid, _, { workspace: { db }, source }) {
    const published = isImagenet(getDataset(db, source.datasetId))
    const reported = paperValues(({ dataset, metric }) => dataset === 'ImageNet-O' && metric === 'AUPR')
    const found = new Map<number, Detected>()
    for (const model of grid.models) {
      found.set(model.id, await detect(db, grid, model))
      await nextTurn()
    }
    const ofModel = (id: number) => found.get(id) ?? null
    return {
      tables: [
        detectionTable(grid.models, ofModel),
        outsideClassTable(db, grid.models),
        await worstTable(db, {
          title: 'Images from outside that were taken with most confidence',
          models: grid.models,
          keys: ['outside'],
          which: 'unknown',
        }),
      ],
      figures: [
        barsFigure({
          id: 'imagenet-o-aupr',
          title: 'ImageNet-O AUPR',
          y: { label: 'AUPR', unit: 'percent', scale: 'linear', min: 0 },
          models: grid.models,
          groups: [
            {
              id: 'aupr',
              name: 'AUPR',
              bandLabel: '95 % bootstrap interval',
              barOf(model) {
                const detected = ofModel(model.id)
                return detected
                  ? {
                      value: detected.scores?.aupr ?? null,
                      interval: detected.intervals.aupr,
                      n: detected.outside + detected.inside,
                      key: 'outside',
                    }
                  : undefined
              },
            },
          ],
          reported: published ? asFractions(reported) : [],
          chance: [...found.values()].find(({ scores }) => scores !== null)?.scores?.chance,
          notes: [
            'Whiskers: 95 % bootstrap over images. Line: chance, the share of images from outside.',
            ...(published ? ['Hollow: values the paper prints.'] : []),
          ],
        }),
        confidenceFigure(db, grid.models, 'outside'),
        confidenceFigure(db, grid.models, 'inside'),
      ],
      reported: [...reported, ...paperStatements('Fig. 2c')],
      metrics: grid.models.map((model): Metric => {
        const detected = ofModel(model.id)
        return {
          key: 'imagenet-o.aupr',
          title: 'ImageNet-O, AUPR',
          unit: 'fraction',
          better: 'higher',
          modelId: model.id,
          value: detected?.scores?.aupr ?? null,
          interval: detected?.intervals.aupr ?? null,
          n: (detected?.outside ?? 0) + (detected?.inside ?? 0),
        }
      }),
      notes: [
        ...(published ? [] : [notImagenet]),
        'Positives are the images from outside; the chance level is their share of all images.',
        'The folders of the set name the class an image was collected against: nothing is right or wrong there.',
        ...grid.models.flatMap((model) => {
          const detected = ofModel(model.id)
          if (!detected) return []
          return [
            ...(detected.partial ? [`${model.title}: no AUPR before all images are measured.`] : []),
            ...(detected.dropped > 0
              ? [`${model.title}: ${detected.dropped} images without finite outputs are left out.`]
              : []),
          ]
        }),
      ],
    }
  },
})
