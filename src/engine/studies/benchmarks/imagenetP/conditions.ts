import { z } from 'zod'
import type { Dataset } from '#shared/contract/index.ts'
import {
  frameCount,
  imagenetP10,
  imagenetP14,
  noisePerturbations,
  type PerturbationName,
} from '#shared/transforms/index.ts'
import { baselineParam } from '../shared/baseline.ts'
import type { Condition } from '../../../facts/index.ts'
import { type ConditionContext, unchanged } from '../../definition/index.ts'

export const params = z.object({
  perturbations: z
    .array(z.enum(imagenetP14))
    .min(1)
    .default([...imagenetP10])
    .meta({ title: 'Perturbations', description: 'The ten of the benchmark come first, then the hold-outs' }),
  stride: z.int().min(1).max(30).default(1).meta({
    title: 'Stride',
    description: 'Every n-th frame of a sequence; 1 is what is reported',
  }),
  difficulty: z
    .int()
    .min(1)
    .max(3)
    .default(1)
    .meta({
      title: 'Noise level',
      description: 'Of noise sequences: 1 is the standard set, 2 and 3 the harder ones',
      effect: [{ perturbations: [...noisePerturbations] }],
    }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Of sequences made here' }),
  baseline: baselineParam,
  distances: z
    .array(z.number().positive())
    .refine((values) => values.length === 0 || values.length === 10, 'ten numbers, or none')
    .default([])
    .meta({
      title: 'Top-5 distances that count as 100',
      description: 'Ten numbers in the order of the benchmark, where you know them; left empty, none',
    }),
})

export type PerturbationParams = z.output<typeof params>

export const frameKey = (name: string, frame: number) => `${name},frame=${frame}`

const isNoise = (name: PerturbationName) => noisePerturbations.includes(name)

/** Folder of a perturbation in ImageNet-P. */
export const partOf = (name: PerturbationName, difficulty: number) =>
  difficulty > 1 && isNoise(name) ? `${name}_${difficulty}` : name

/** Whether a dataset has perturbed sequences. Otherwise they are made from its images. */
export const isPerturbed = ({ recognised }: Dataset): boolean => recognised === 'imagenet-p'

/** The chosen perturbations in the order of the benchmark. */
export const chosenPerturbations = ({ perturbations }: PerturbationParams): PerturbationName[] =>
  imagenetP14.filter((name) => perturbations.includes(name))

/** The frames of a sequence that are measured. */
export const framesOf = (name: PerturbationName, stride: number): number[] =>
  Array.from({ length: Math.ceil(frameCount(name) / stride) }, (_, place) => place * stride)

/**
 * The conditions. Published sequences: one per perturbation, because frames are images. Sequences made here:
 * one per frame.
 */
export function conditions(chosen: PerturbationParams, { dataset }: ConditionContext): Condition[] {
  const { stride, difficulty, seed } = chosen
  if (!isPerturbed(dataset))
    return chosenPerturbations(chosen).flatMap((name) =>
      framesOf(name, stride).map((frame) => ({
        key: frameKey(name, frame),
        params: { perturbation: name, frame },
        title: `${name}, frame ${frame}`,
        way: name,
        transform: () => ({
          op: 'perturbation' as const,
          name,
          frame,
          seed,
          difficulty: isNoise(name) ? difficulty : 1,
        }),
      })),
    )
  const found = new Set(dataset.parts.map((part) => part.name))
  return chosenPerturbations(chosen).flatMap((name) => {
    const part = partOf(name, difficulty)
    if (!found.has(part)) return []
    return {
      key: name,
      params: { perturbation: name },
      title: name,
      way: name,
      transform: unchanged,
      images: { part },
    }
  })
}
