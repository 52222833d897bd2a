import { z } from 'zod'
import { initialParams, type Field } from '#shared/params/fields.ts'
import {
  corruptionNames,
  fieldsOfStep,
  mostSteps,
  perturbationNames,
  stepName,
  sweepable,
  type NamedStep,
} from '#shared/transforms/index.ts'

/** A step that is being typed: its parameters may not be valid yet. */
const draftStep = z.looseObject({
  op: z.enum(['corruption', 'perturbation', 'patchDrop', 'bandNoise']),
  name: z.string().optional(),
})
const draft = z.object({
  steps: z.array(draftStep),
  sweep: z.object({ step: z.int(), parameter: z.string(), values: z.unknown() }).nullable().default(null),
})

export type DraftStep = z.infer<typeof draftStep>
export type PipelineDraft = z.infer<typeof draft>

/** Reads what a form holds, with the defaults of the steps filled in; no steps where it is no pipeline. */
export function readDraft(value: unknown): PipelineDraft {
  const { data } = draft.safeParse(value)
  if (!data) return { steps: [], sweep: null }
  return { ...data, steps: data.steps.map(filled) }
}

const filled = (step: DraftStep): DraftStep => ({ ...step, ...initialParams(fieldsOfStep(step), step) })

/** Every transform that can be a step, by a key for a menu. */
export const stepChoices: readonly { value: string; label: string; step: NamedStep }[] = [
  ...corruptionNames.map((name) => ({ op: 'corruption' as const, name })),
  ...perturbationNames.map((name) => ({ op: 'perturbation' as const, name })),
  { op: 'patchDrop' as const },
  { op: 'bandNoise' as const },
].map((step) => ({ value: keyOf(step), label: stepName(step), step }))

export function keyOf({ op, name }: NamedStep): string {
  return name === undefined ? op : `${op} ${name}`
}

const stepOf = (key: string): NamedStep | undefined => stepChoices.find(({ value }) => value === key)?.step

/** A step with the defaults of its transform and a seed that no equal step has, so that it draws anew. */
function freshStep(step: NamedStep, others: readonly DraftStep[]): DraftStep {
  const made = filled({ ...step })
  const taken = others.filter((other) => keyOf(other) === keyOf(step)).map(({ seed }) => Number(seed))
  return taken.length > 0 ? { ...made, seed: Math.max(...taken) + 1 } : made
}

/** Adds a step at the end, before noise of the normalised space, which must stay last. */
export function addStep(pipeline: PipelineDraft, key: string): PipelineDraft {
  const chosen = stepOf(key)
  const { steps, sweep } = pipeline
  if (!chosen || steps.length >= mostSteps) return pipeline
  const noisy = steps.at(-1)?.op === 'bandNoise' && chosen.op !== 'bandNoise'
  const at = noisy ? steps.length - 1 : steps.length
  return {
    steps: steps.toSpliced(at, 0, freshStep(chosen, steps)),
    sweep: sweep && sweep.step > at ? { ...sweep, step: sweep.step + 1 } : sweep,
  }
}

/** Puts another transform in the place of a step. */
export function replaceStep({ steps, sweep }: PipelineDraft, at: number, key: string): PipelineDraft {
  const chosen = stepOf(key)
  if (!chosen) return { steps, sweep }
  const step = freshStep(chosen, steps.toSpliced(at, 1))
  const lost = sweep?.step === at + 1 && !sweepable(step).some((field) => field.key === sweep.parameter)
  return { steps: steps.with(at, step), sweep: lost ? null : sweep }
}

/** Takes a step out, with its sweep. The last one stays. */
export function removeStep({ steps, sweep }: PipelineDraft, at: number): PipelineDraft {
  if (steps.length === 1) return { steps, sweep }
  const own = sweep?.step === at + 1
  const later = sweep && sweep.step > at + 1
  return {
    steps: steps.toSpliced(at, 1),
    sweep: own ? null : later ? { ...sweep, step: sweep.step - 1 } : sweep,
  }
}

/** Exchanges a step with its neighbour; the sweep goes with its step. Nothing is beyond the ends. */
export function moveStep({ steps, sweep }: PipelineDraft, at: number, by: 1 | -1): PipelineDraft {
  const [own, other] = [steps[at], steps[at + by]]
  if (!own || !other) return { steps, sweep }
  const places = new Map([
    [at + 1, at + by + 1],
    [at + by + 1, at + 1],
  ])
  return {
    steps: steps.with(at, other).with(at + by, own),
    sweep: sweep && { ...sweep, step: places.get(sweep.step) ?? sweep.step },
  }
}

/** Gives a parameter of a step a value. */
export const withParameter = (
  { steps, sweep }: PipelineDraft,
  at: number,
  key: string,
  value: unknown,
): PipelineDraft => ({
  steps: steps.map((step, place) => (place === at ? { ...step, [key]: value } : step)),
  sweep,
})

/** Sweeps a parameter of a step over suggested values, or nothing any more where it is swept already. */
export function toggleSweep({ steps, sweep }: PipelineDraft, at: number, field: Field): PipelineDraft {
  const off = sweep?.step === at + 1 && sweep.parameter === field.key
  return { steps, sweep: off ? null : { step: at + 1, parameter: field.key, values: suggestedValues(field) } }
}

/** About five values over the range of a number: all of them where they are few. */
export function suggestedValues(field: Field): number[] {
  if (field.kind !== 'number') return []
  const { integer, default: initial } = field
  const usual = typeof initial === 'number' ? initial : 1
  const min = field.min ?? 0
  // A number without a natural end is tried around its default.
  const end = integer && field.max !== null && field.max <= 1000 ? field.max : 2 * usual
  const max = end > min ? end : min + (integer ? 4 : 1)
  if (integer && max - min <= 5) return Array.from({ length: max - min + 1 }, (_, i) => min + i)
  const values = [0, 0.2, 0.4, 0.6, 0.8].map((share) => min + share * (max - min))
  return values.map((value) => (integer ? Math.round(value) : Number(value.toPrecision(3))))
}
