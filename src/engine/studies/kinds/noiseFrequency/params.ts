import { z } from 'zod'

export const params = z.object({
  centres: z
    .array(z.int().min(0).max(1000))
    .min(1)
    .default([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
    .meta({
      title: 'Frequencies',
      description: 'Middle of each band in thousandths of π; 0 is the mean, 1000 the border',
      unit: 'π/1000',
    }),
  width: z
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .meta({ title: 'Window', description: 'Whole width of a band', unit: 'π/1000' }),
  epsilon: z.number().positive().max(10).default(0.7).meta({
    title: 'Strength',
    description: 'Epsilon, in units of the normalised input',
    space: 'normalised',
  }),
  energy: z
    .enum(['published', 'equal'])
    .default('published')
    .meta({
      title: 'Energy',
      description: 'As published, where wide bands are stronger, or equal: every band scaled to the same RMS',
      words: { published: 'As published', equal: 'Equal RMS' },
    }),
  ring: z
    .enum(['square', 'round'])
    .default('square')
    .meta({
      title: 'Ring',
      description: 'Maximum norm of the frequency, as published, or Euclidean',
      words: { square: 'Square', round: 'Round' },
    }),
  draw: z
    .enum(['sign', 'normal'])
    .default('sign')
    .meta({
      title: 'Noise',
      description: 'Random signs, as published, or normal values',
      words: { sign: 'Random signs', normal: 'Normal' },
    }),
  strengths: z.array(z.number().positive().max(10)).max(20).default([]).meta({
    title: 'Calibration',
    description:
      'Strengths that are also tried at 0.7π, to find the one at which a model loses 5 points, as RepLKNet-31B does in the paper',
    space: 'normalised',
  }),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ title: 'Seed', description: 'One draw per image, the same for all bands and models' }),
})

export type FrequencyParams = z.output<typeof params>
