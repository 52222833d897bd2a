import { z } from 'zod'
import type { StoredModel } from '../../../models/index.ts'
import { mapForwards } from '../../measure/mapForwards.ts'
import {
  refusalOf,
  saliencyDefinitionOf,
  saliencyMethod,
  saliencyMethodNames,
  saliencyMethods,
  type SaliencyMethod,
  type SaliencyMethodName,
} from '#shared/saliencyMethods/index.ts'

export const params = z.object({
  methods: z
    .array(z.enum(saliencyMethodNames))
    .min(1)
    .default(['gradient', 'integratedGradients', 'gradCam', 'layerCam', 'relevance', 'occlusion'])
    .meta({
      title: 'Methods',
      description: 'What a map is computed with; a model is left out of those that its graph does not allow',
      words: Object.fromEntries(saliencyMethods.map(({ id, title }) => [id, title])),
    }),
  images: z
    .int()
    .min(1)
    .max(10_000)
    .default(48)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  steps: z.int().min(2).max(1000).default(20).meta({
    title: 'Steps',
    description: 'Equal parts of the pixels that are removed or inserted; 224 as published',
  }),
  target: z
    .enum(['predicted', 'true'])
    .default('predicted')
    .meta({
      title: 'Explains',
      description: 'The output of the predicted class, as published, or of the true one',
      words: { predicted: 'The predicted class', true: 'The true class' },
    }),
  cascade: z.int().min(0).max(10).default(3).meta({
    title: 'Randomised networks',
    description:
      'Sanity check: the last layer, then more of them up to all, with random weights; 0 leaves the check out',
  }),
  boxes: z.string().nullable().default(null).meta({
    title: 'Folder of boxes',
    description:
      'For the pointing game: XML files as of ImageNet’s localisation, or boxes.json; found beside the dataset when left out',
    format: 'folder',
  }),
  boxesState: z.string().nullable().default(null).meta({
    title: 'State of the boxes',
    description: 'Names what was in the folder when the study was made; filled in',
    format: 'settled',
  }),
  masks: z
    .int()
    .min(1)
    .max(20_000)
    .default(1000)
    .meta({
      title: 'Masks',
      description: 'Random masks of RISE; 4000 to 8000 as published',
      effect: [{ methods: ['rise'] }],
    }),
  copies: z
    .int()
    .min(1)
    .max(200)
    .default(25)
    .meta({
      title: 'Copies',
      description: 'Noisy copies of SmoothGrad',
      effect: [{ methods: ['smoothGrad'] }],
    }),
  intervals: z
    .int()
    .min(1)
    .max(300)
    .default(50)
    .meta({
      title: 'Intervals',
      description: 'Of the path of integrated gradients',
      effect: [{ methods: ['integratedGradients'] }],
    }),
  seed: z.int().min(0).default(0).meta({
    title: 'Seed',
    description: 'Which images; noise, masks, random weights and the random map',
  }),
})

export type MapScoreParams = z.output<typeof params>

/** What orders the pixels of an image: a method, or a map that knows nothing of the model. */
export type Orderer = SaliencyMethodName | Control
export type Control = 'random' | 'centre'

/** Maps that any method should beat: a random order, and the distance to the middle of the image. */
export const controls: readonly Control[] = ['random', 'centre']

export const isControl = (orderer: Orderer): orderer is Control => controls.some((one) => one === orderer)

export const titleOf = (orderer: Orderer): string =>
  orderer === 'random'
    ? 'Random map'
    : orderer === 'centre'
      ? 'Middle of the image'
      : saliencyDefinitionOf(orderer).title

/** The methods whose maps a model can have. */
export const methodsFor = (
  { methods }: Pick<MapScoreParams, 'methods'>,
  { inspection }: Pick<StoredModel, 'inspection'>,
): SaliencyMethodName[] =>
  [...new Set(methods)].filter((name) => refusalOf(name, inspection.rewrites) === null)

/** All that orders the pixels for a model. */
export const orderersFor = (
  chosen: Pick<MapScoreParams, 'methods'>,
  model: Pick<StoredModel, 'inspection'>,
): Orderer[] => [...methodsFor(chosen, model), ...controls]

/** The method with the parameters that the study sets. The others have their defaults. */
export const methodOf = (
  name: SaliencyMethodName,
  { copies, intervals, masks, seed }: MapScoreParams,
): SaliencyMethod => saliencyMethod.parse({ method: name, copies, steps: intervals, masks, seed })

/** What is computed of one image for a model, in forward passes. */
export function forwardsOf(chosen: MapScoreParams, model: StoredModel): number {
  const maps = methodsFor(chosen, model).reduce(
    (sum, name) => sum + mapForwards(methodOf(name, chosen), model),
    0,
  )
  const curves = 2 * (chosen.steps + 1) * orderersFor(chosen, model).length
  return maps * (1 + chosen.cascade) + curves + controls.length
}
