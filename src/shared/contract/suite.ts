import { z } from 'zod'
import { errorShape, id } from './common.ts'
import { sample } from './sample.ts'
import { studyCost, studyInput } from './studyInput.ts'

/** Which benchmarks (by default all) are measured for which models. */
export const suiteInput = z.object({
  modelIds: z.array(id).min(1),
  kinds: z.array(z.string()).optional(),
  /** quick: corruptions and perturbations on few images, perturbations with every fifth frame. */
  preset: z.enum(['full', 'quick']).default('full'),
  sample: sample.nullable().default(null),
})

export const suitePlan = z.object({
  entries: z.array(z.object({ title: z.string(), dataset: z.string(), input: studyInput, cost: studyCost })),
  /** Benchmarks that the workspace's datasets do not allow, and why. */
  missing: z.array(z.object({ kind: z.string(), title: z.string(), problem: errorShape })),
})

export type SuiteInput = z.infer<typeof suiteInput>
export type SuitePlan = z.infer<typeof suitePlan>
