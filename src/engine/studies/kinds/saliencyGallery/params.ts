import { z } from 'zod'
import {
  refusalOf,
  saliencyDefinitionOf,
  saliencyMethod,
  saliencyMethodNames,
  saliencyMethods,
  type SaliencyMethod,
  type SaliencyMethodName,
} from '#shared/saliencyMethods/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { mapForwards } from '../../measure/mapForwards.ts'

export const params = z.object({
  methods: z
    .array(z.enum(saliencyMethodNames))
    .min(1)
    .default(['gradient', 'smoothGrad', 'integratedGradients'])
    .meta({
      title: 'Methods',
      description: 'What a map is computed with',
      words: Object.fromEntries(saliencyMethods.map(({ id, title }) => [id, title])),
    }),
  images: z
    .int()
    .min(1)
    .max(64)
    .default(6)
    .meta({
      title: 'Images',
      description: 'Drawn by seed, where none are named',
      effect: [{ imageIds: [] }],
    }),
  imageIds: z
    .array(z.int().positive())
    .max(64)
    .default([])
    .meta({ title: 'Chosen images', description: 'Numbers of images; empty draws them by seed' }),
  target: z
    .enum(['predicted', 'true'])
    .default('predicted')
    .meta({
      title: 'Explains',
      description: 'The output of the predicted class, or of the true one',
      words: { predicted: 'The predicted class', true: 'The true class' },
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
  steps: z
    .int()
    .min(1)
    .max(300)
    .default(50)
    .meta({
      title: 'Steps',
      description: 'Intervals of the path of integrated gradients',
      effect: [{ methods: ['integratedGradients'] }],
    }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({
      title: 'Seed',
      description: 'Which images, and the noise',
      effect: [{ imageIds: [] }, { methods: ['smoothGrad'] }],
    }),
})

export type GalleryParams = z.output<typeof params>
export type MethodName = SaliencyMethodName

export const titleOf = (name: MethodName): string => saliencyDefinitionOf(name).title

/** The methods whose maps a model can have. */
export const methodsFor = (
  chosen: GalleryParams,
  { inspection }: Pick<StoredModel, 'inspection'>,
): MethodName[] => chosen.methods.filter((name) => refusalOf(name, inspection.rewrites) === null)

/** What all methods compute of one image for a model, in forward passes. */
export const forwardsOf = (
  chosen: GalleryParams,
  model: Pick<StoredModel, 'inspection' | 'preprocessing'>,
): number =>
  methodsFor(chosen, model).reduce((sum, name) => sum + mapForwards(methodOf(name, chosen), model), 0)

/** The method with the parameters that the study sets. The others have their defaults. */
export const methodOf = (name: MethodName, { copies, steps, seed }: GalleryParams): SaliencyMethod =>
  saliencyMethod.parse({ method: name, copies, steps, seed })
