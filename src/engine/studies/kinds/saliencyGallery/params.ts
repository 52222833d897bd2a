import { z } from 'zod'
import type { SaliencyMethod } from '#shared/contract/index.ts'

const methods = ['gradient', 'smoothGrad', 'integratedGradients'] as const

export const params = z.object({
  methods: z
    .array(z.enum(methods))
    .min(1)
    .default(['gradient', 'smoothGrad', 'integratedGradients'])
    .meta({ title: 'Methods', description: 'What a map is computed with' }),
  images: z
    .int()
    .min(1)
    .max(64)
    .default(6)
    .meta({ title: 'Images', description: 'Drawn by seed, where none are named' }),
  imageIds: z
    .array(z.int().positive())
    .max(64)
    .default([])
    .meta({ title: 'Chosen images', description: 'Numbers of images; empty draws them by seed' }),
  target: z
    .enum(['predicted', 'true'])
    .default('predicted')
    .meta({ title: 'Explains', description: 'The output of the predicted class, or of the true one' }),
  copies: z
    .int()
    .min(1)
    .max(200)
    .default(25)
    .meta({ title: 'Copies', description: 'Noisy copies of SmoothGrad' }),
  steps: z
    .int()
    .min(1)
    .max(300)
    .default(50)
    .meta({ title: 'Steps', description: 'Intervals of the path of integrated gradients' }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images, and the noise' }),
})

export type GalleryParams = z.output<typeof params>
export type MethodName = (typeof methods)[number]

export const methodTitles: Record<MethodName, string> = {
  gradient: 'Gradient',
  smoothGrad: 'SmoothGrad',
  integratedGradients: 'Integrated gradients',
}

/** Gradients that all methods take of one image. */
export const gradientsOf = ({ methods: names, copies, steps }: GalleryParams): number =>
  names.reduce(
    (sum, name) => sum + { gradient: 1, smoothGrad: copies, integratedGradients: steps + 1 }[name],
    0,
  )

export function methodOf(name: MethodName, { copies, steps, seed }: GalleryParams): SaliencyMethod {
  switch (name) {
    case 'gradient':
      return { method: 'gradient' }
    case 'smoothGrad':
      return { method: 'smoothGrad', copies, noise: 0.15, seed }
    case 'integratedGradients':
      return { method: 'integratedGradients', steps, baseline: 'black' }
  }
}
