import { z } from 'zod'
import { bandNoise, type BandNoise } from './bandNoise.ts'
import { corruption } from './corruption.ts'
import { patchDrop } from './patchDrop.ts'
import { perturbation } from './perturbation.ts'

/** Most transforms of a pipeline. */
export const mostSteps = 8

const steps = z.discriminatedUnion('op', [patchDrop, corruption, perturbation, bandNoise])

/** A transform that can be a part of a pipeline. */
export type PipelineStep = z.infer<typeof steps>

/**
 * Transforms applied one after another, each to the pixels of the one before, with the draws that each has alone. Between
 * two of them values are whole grey levels, so noise in the normalised space comes last. Only a perturbation that is the
 * first sees pixels from outside the crop; for a later one the outside is black. Two or more: a single transform is stored
 * as itself, so that its facts are those of every study with it.
 */
export const pipeline = z
  .object({ op: z.literal('pipeline'), steps: z.array(steps).min(2).max(mostSteps) })
  .superRefine(({ steps: all }, context) => {
    for (const [at, step] of all.entries()) {
      const refuse = (message: string) =>
        context.addIssue({ code: 'custom', path: ['steps', at], message: `step ${at + 1}: ${message}` })
      if (step.op === 'bandNoise' && at < all.length - 1)
        refuse('noise in the normalised space must be the last step')
      if (step.op === 'patchDrop' && (step.draws !== null || step.group !== null))
        refuse('a pipeline draws a mask for each image from the seed')
      if (step.op === 'corruption' && Array.isArray(step.ice)) refuse('a pipeline blends our own ice')
    }
  })

export type Pipeline = z.infer<typeof pipeline>

/** The transform that applies others one after another: nothing, the only one itself, or a pipeline. */
export function inTurn(all: readonly PipelineStep[]): { op: 'identity' } | PipelineStep | Pipeline {
  const [first, ...others] = all
  if (!first) return { op: 'identity' }
  return others.length === 0 ? first : { op: 'pipeline', steps: [...all] }
}

/**
 * Splits a transform that ends with noise in the normalised space into that noise and what comes before; null for one that
 * does not.
 */
export function lastNoise(
  transform: { op: 'identity' } | PipelineStep | Pipeline,
): { before: ReturnType<typeof inTurn>; noise: BandNoise } | null {
  if (transform.op === 'bandNoise') return { before: { op: 'identity' }, noise: transform }
  const last = transform.op === 'pipeline' ? transform.steps.at(-1) : undefined
  if (transform.op !== 'pipeline' || last?.op !== 'bandNoise') return null
  return { before: inTurn(transform.steps.slice(0, -1)), noise: last }
}

/** Whether a transform moves pixels from outside the crop into it. */
export const readsOutside = (transform: { op: 'identity' } | PipelineStep | Pipeline): boolean =>
  (transform.op === 'pipeline' ? transform.steps[0]?.op : transform.op) === 'perturbation'
