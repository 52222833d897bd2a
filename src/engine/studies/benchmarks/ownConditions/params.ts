import { z } from 'zod'
import { conditionsFile } from '#shared/conditionsFile.ts'

export const params = z.object({
  clean: z.int().positive().nullable().default(null).meta({
    title: 'Baseline images',
    description:
      'Dataset with the same pictures under no condition; left empty, the baseline folder that conditions.json names, else a dataset of the same classes',
    format: 'dataset',
  }),
  file: conditionsFile.nullable().default(null).meta({
    title: 'Conditions',
    description: 'What conditions.json says; filled in',
    format: 'settled',
  }),
})

export type OwnConditionsParams = z.output<typeof params>

export const baselineKey = 'baseline'
export const keyOf = (folder: string): string => `level=${folder}`
