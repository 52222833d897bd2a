import { z } from 'zod'
import type { GridModel } from '../../definition/index.ts'

/** The parameter that names the baseline model, whose errors count as 100. */
export const baselineParam = z.int().positive().nullable().default(null).meta({
  title: 'Model that counts as 100',
  description:
    'A model of the study. Left empty: AlexNet’s published values for the published files, none for what is made here',
  format: 'model',
})

export const baselineModel = (models: readonly GridModel[], id: number | null): GridModel | null =>
  models.find((model) => model.id === id) ?? null
