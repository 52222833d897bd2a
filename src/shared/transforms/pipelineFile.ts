import { z } from 'zod'
import type { BandNoise } from './bandNoise.ts'
import { inTurn, mostSteps, pipeline, type Pipeline, type PipelineStep } from './pipeline.ts'
import { stepProblem, stepTransform, writtenStep, type WrittenStep } from './pipelineSteps.ts'
import { stepName, sweepable } from './stepFields.ts'

const sweep = z.strictObject({
  step: z.int().min(1).max(mostSteps).meta({ description: 'Number of the transform, from 1' }),
  parameter: z.string().meta({ description: 'One of its parameters that is a number, e.g. severity' }),
  values: z
    .array(z.number())
    .min(1)
    .max(50)
    .meta({ description: 'The values that it takes, one after another' }),
})

/**
 * A pipeline: transforms in the order in which they are applied, and one parameter of one of them that takes several values.
 * The value that the parameter has in the step itself is not used then. Without `sweep` there is one condition.
 */
export const pipelineFile = z
  .strictObject({
    steps: z.array(writtenStep).min(1).max(mostSteps),
    sweep: sweep.nullable().default(null),
  })
  .superRefine((chosen, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const { sweep: swept, steps } = chosen
    const step = swept ? steps[swept.step - 1] : undefined
    if (swept && !step)
      return refuse(['sweep', 'step'], `there are ${steps.length} steps, so none is number ${swept.step}`)
    if (swept && step && !sweepable(step).some(({ key }) => key === swept.parameter))
      return refuse(
        ['sweep', 'parameter'],
        `${stepName(step)} has no number named ${swept.parameter}; there are ${sweepable(step)
          .map(({ key }) => key)
          .join(', ')}`,
      )
    for (const { value, steps: own } of sweptSteps(chosen)) {
      const at = swept ? swept.step - 1 : 0
      const [place, of] = value === null ? [['steps'], ''] : [['sweep', 'values'], `${value}: `]
      if (value !== null) {
        const parsed = writtenStep.safeParse(own[at])
        if (!parsed.success) return refuse(place, `${of}${parsed.error.issues[0]?.message ?? ''}`)
      }
      const wrong = own.map(stepProblem)
      const first = wrong.findIndex((problem) => problem !== null)
      if (first >= 0) return refuse(place, `${of}step ${first + 1}: ${wrong[first] ?? ''}`)
      const whole = conditionTransform(own, [1, 1, 1])
      const issue = whole.op === 'pipeline' ? pipeline.safeParse(whole).error?.issues[0] : undefined
      if (issue) return refuse(place, `${of}${issue.message}`)
    }
  })

export type PipelineChoice = z.output<typeof pipelineFile>

/** The steps of each condition: one for each different value in ascending order, or one (value null) without a sweep. */
export function sweptSteps({
  steps,
  sweep: swept,
}: PipelineChoice): { value: number | null; steps: WrittenStep[] }[] {
  if (!swept) return [{ value: null, steps }]
  return [...new Set(swept.values)]
    .sort((a, b) => a - b)
    .map((value) => ({
      value,
      steps: steps.map((step, at) => (at === swept.step - 1 ? { ...step, [swept.parameter]: value } : step)),
    }))
}

/** The transform of a condition. A single step is the transform itself. */
export const conditionTransform = (
  steps: readonly WrittenStep[],
  std: BandNoise['std'],
): { op: 'identity' } | PipelineStep | Pipeline => inTurn(steps.map((step) => stepTransform(step, std)))
