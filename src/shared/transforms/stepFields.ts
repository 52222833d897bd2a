import { z } from 'zod'
import { fieldsOf, type Field } from '../params/fields.ts'
import { frameCount, noisePerturbations, perturbationNames } from './perturbationNames.ts'
import { stepSchemas, type StepOp } from './pipelineSteps.ts'

/** What tells the parameters of a step: its operation, and the name of a corruption or perturbation. */
export interface NamedStep {
  op: StepOp
  name?: string | undefined
}

/** The parameters of a step as fields of a form, without those that its transform has not. */
export function fieldsOfStep({ op, name }: NamedStep): Field[] {
  const all = fieldsOf(z.toJSONSchema(stepSchemas[op], { io: 'input' }))
  const perturbation = perturbationNames.find((one) => one === name)
  return all.flatMap((field): Field[] => {
    if (field.key === 'op' || field.key === 'name') return []
    if (op === 'corruption' && field.key === 'variant' && name !== 'glass_blur') return []
    if (op !== 'perturbation' || !perturbation) return [field]
    if (field.key === 'difficulty' && !noisePerturbations.includes(perturbation)) return []
    return field.key === 'frame' && field.kind === 'number'
      ? [{ ...field, max: frameCount(perturbation) - 1 }]
      : [field]
  })
}

/** The parameters of a step that can be swept: those that are numbers. */
export const sweepable = (step: NamedStep): Extract<Field, { kind: 'number' }>[] =>
  fieldsOfStep(step).flatMap((field) => (field.kind === 'number' ? [field] : []))

/** A step by its name, e.g. "gaussian blur", "random patch drop". */
export function stepName({ op, name = '' }: NamedStep): string {
  if (op === 'patchDrop') return 'random patch drop'
  if (op === 'bandNoise') return 'band noise'
  return op === 'corruption' ? name.replaceAll('_', ' ') : `${name.replaceAll('_', ' ')}, moving`
}
