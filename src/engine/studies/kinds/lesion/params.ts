import { z } from 'zod'

/** Where subsets are drawn and not replayed from a file. */
const drawn = [{ draws: [] }]

export const params = z.object({
  samples: z.int().min(1).max(100).default(10).meta({
    title: 'Subsets',
    description: 'Random subsets of every size, distinct where there are enough',
    effect: drawn,
  }),
  step: z.int().min(1).max(20).default(1).meta({
    title: 'Step',
    description: 'Sizes 1, 1 + step, … up to all candidates, or all blocks of the model but one',
    effect: drawn,
  }),
  candidates: z
    .enum(['all', 'largest-stage'])
    .default('all')
    .meta({
      title: 'Candidates',
      description:
        'Every removable block (sound), or those of the stage with most blocks only (as published for RepLKNet)',
      words: { all: 'All blocks', 'largest-stage': 'Largest stage' },
      effect: [...drawn, { singles: [true] }],
    }),
  singles: z
    .boolean()
    .default(true)
    .meta({ title: 'Single blocks', description: 'Also remove every block alone' }),
  units: z.boolean().default(false).meta({
    title: 'Single units',
    description:
      'Also remove every residual unit alone: attention, MLP, convolutions; where a shortcut is a projection, it stays',
  }),
  seed: z.int().min(0).default(0).meta({
    title: 'Seed',
    description: 'Same seed, same subsets, on every machine',
    effect: drawn,
  }),
  draws: z.string().nullable().default(null).meta({
    title: 'Replay subsets',
    description: 'Digest of an imported subsets file; its subsets are used instead of drawn ones',
  }),
})

export type LesionParams = z.output<typeof params>
