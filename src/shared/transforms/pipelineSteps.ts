import { z } from 'zod'
import { bandNoise, type BandNoise } from './bandNoise.ts'
import { corruption, madeCorruption } from './corruption.ts'
import { patchDrop } from './patchDrop.ts'
import { perturbation } from './perturbation.ts'
import type { PipelineStep } from './pipeline.ts'

const seed = z.int().min(0).default(0).meta({
  title: 'Seed',
  description: 'Same seed, same draws, whatever stands before it',
})

/** A transform of a pipeline as a person writes it: what is left out has its default. Ranges are those of the transform. */
export const stepSchemas = {
  corruption: z.strictObject({
    op: z.literal('corruption'),
    name: corruption.shape.name.meta({ title: 'Corruption', description: 'Of ImageNet-C' }),
    severity: corruption.shape.severity.default(3).meta({ title: 'Severity', description: 'As published' }),
    jpeg: z.boolean().default(true).meta({
      title: 'JPEG pass',
      description: 'JPEG of quality 85 after it, as in the published files',
    }),
    variant: corruption.shape.variant.meta({
      title: 'Glass blur',
      description: 'Pixels are copied, as published in effect, or swapped',
      words: { published: 'Copied', swap: 'Swapped' },
    }),
    seed,
  }),
  perturbation: z.strictObject({
    op: z.literal('perturbation'),
    name: perturbation.shape.name.meta({ title: 'Perturbation', description: 'Of ImageNet-P' }),
    frame: perturbation.shape.frame
      .default(15)
      .meta({ title: 'Frame', description: 'Of its sequence, from 0' }),
    difficulty: perturbation.shape.difficulty.meta({ title: 'Difficulty', description: 'Of noise' }),
    seed,
  }),
  patchDrop: z.strictObject({
    op: z.literal('patchDrop'),
    percent: patchDrop.shape.percent.default(50).meta({
      title: 'Dropped patches',
      description: 'Share of the patches',
      unit: '%',
    }),
    patch: patchDrop.shape.patch.max(512).default(16).meta({
      title: 'Patch size',
      description: 'Side in pixels of the input',
      unit: 'px',
    }),
    fill: patchDrop.shape.fill.default('black').meta({
      title: 'Fill',
      description: 'Black, or the mean colour of ImageNet',
      words: { black: 'Black', mean: 'Mean colour' },
    }),
    repeat: patchDrop.shape.repeat.max(99).default(0).meta({
      title: 'Draw',
      description: 'Number of the draw, from 0',
    }),
    seed,
  }),
  bandNoise: z.strictObject({
    op: z.literal('bandNoise'),
    centre: bandNoise.shape.centre.default(500).meta({
      title: 'Frequency',
      description: 'Middle of the band',
      unit: 'π/1000',
    }),
    width: bandNoise.shape.width.max(1000).default(100).meta({
      title: 'Window',
      description: 'Whole width of the band',
      unit: 'π/1000',
    }),
    epsilon: bandNoise.shape.epsilon.max(10).default(0.7).meta({
      title: 'Strength',
      description: 'In units of the normalised input',
    }),
    energy: bandNoise.shape.energy.default('published').meta({
      title: 'Energy',
      description: 'As published, or the same RMS for every band',
      words: { published: 'As published', equal: 'Equal RMS' },
    }),
    ring: bandNoise.shape.ring.default('square').meta({
      title: 'Ring',
      description: 'Maximum norm, or Euclidean',
      words: { square: 'Square', round: 'Round' },
    }),
    draw: bandNoise.shape.draw.default('sign').meta({
      title: 'Noise',
      description: 'Random signs, or normal values',
      words: { sign: 'Random signs', normal: 'Normal' },
    }),
    seed,
  }),
} as const

export type StepOp = keyof typeof stepSchemas

export const writtenStep = z.discriminatedUnion('op', [
  stepSchemas.corruption,
  stepSchemas.perturbation,
  stepSchemas.patchDrop,
  stepSchemas.bandNoise,
])

/** A transform of a pipeline with all its parameters, as it is stored in a study. */
export type WrittenStep = z.output<typeof writtenStep>

/**
 * The transform of a step, the same as in the studies that have it alone.
 *
 * @param std deviations by which the model's normalisation divides; noise in the normalised space needs them
 */
export function stepTransform(step: WrittenStep, std: BandNoise['std']): PipelineStep {
  switch (step.op) {
    case 'corruption':
      return { ...madeCorruption(step), variant: step.variant }
    case 'perturbation':
      return step
    case 'patchDrop':
      return { ...step, group: null, draws: null }
    case 'bandNoise':
      return { ...step, std }
  }
}

const schemas = { corruption, perturbation, patchDrop, bandNoise } as const

/** What is wrong with a step besides the ranges of its parameters, e.g. a frame past the last; null where nothing is. */
export function stepProblem(step: WrittenStep): string | null {
  const issue = schemas[step.op].safeParse(stepTransform(step, [1, 1, 1])).error?.issues[0]
  return issue ? [issue.path.join('.'), issue.message].filter(Boolean).join(': ') : null
}
