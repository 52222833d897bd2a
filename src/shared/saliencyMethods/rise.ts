import { z } from 'zod'
import { randomMasks } from '../maths/imageMasks.ts'
import { maskDefinition } from './definition.ts'

export const rise = maskDefinition({
  id: 'rise',
  title: 'RISE',
  hint: 'Mean of random masks by the output under them, Petsiuk et al. 2018',
  flag: 'rise',
  params: {
    /** Petsiuk et al. use 4000 for VGG16 and 8000 for ResNet-50. */
    masks: z.int().min(1).max(20_000).default(1000).meta({
      title: 'Masks',
      description: 'Random masks; 4000 to 8000 as published',
      flag: 'random masks of rise',
    }),
    cells: z.int().min(2).max(64).default(7).meta({
      title: 'Cells',
      description: 'Cells of a mask along a side, before it is enlarged',
      flag: 'cells of a mask of rise along a side',
    }),
    keep: z.number().min(0.01).max(0.99).default(0.5).meta({
      title: 'Keep',
      description: 'Probability that a cell is kept',
      flag: 'probability that a cell of rise is kept',
      step: 0.1,
    }),
    seed: z.int().min(0).default(0).meta({ title: 'Seed', flag: 'of noise and masks' }),
  },
  masks: ({ masks, cells, keep, seed }, image) => randomMasks(image, { count: masks, cells, keep, seed }),
  define: ({ masks, cells, keep, seed }, y) => ({
    name: 'RISE',
    formula: `Σ_i y(x ⊙ M_i) M_i / (N p) over N = ${masks} masks of ${cells} x ${cells} cells, each kept with p = ${keep}, enlarged and shifted at random, seed ${seed}; y = ${y}`,
    source: 'Petsiuk et al. 2018',
  }),
})
