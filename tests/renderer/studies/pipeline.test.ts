import { describe, expect, it } from 'vitest'
import { pipelineFile } from '#shared/transforms/index.ts'
import {
  addStep,
  moveStep,
  readDraft,
  removeStep,
  replaceStep,
  stepChoices,
  suggestedValues,
  toggleSweep,
  withParameter,
  type PipelineDraft,
} from '../../../src/renderer/features/studies/new/pipeline/editPipeline.ts'
import { fieldsOfStep } from '#shared/transforms/index.ts'

const start = readDraft({
  steps: [
    { op: 'corruption', name: 'fog' },
    { op: 'corruption', name: 'shot_noise', severity: 1 },
  ],
  sweep: { step: 2, parameter: 'severity', values: [1, 3] },
})
const names = ({ steps }: PipelineDraft) => steps.map(({ op, name }) => name ?? op)
const sweepOf = ({ steps, sweep }: PipelineDraft) =>
  sweep && [steps[sweep.step - 1]?.name ?? steps[sweep.step - 1]?.op, sweep.parameter]

describe('the editor of a pipeline', () => {
  it('fills in defaults and keeps what is typed, valid or not', () => {
    expect(start.steps).toMatchObject([{ severity: 3, jpeg: true, seed: 0 }, { severity: 1 }])
    const typed = withParameter(start, 0, 'severity', 9)
    expect(readDraft(typed).steps[0]).toMatchObject({ severity: 9 })
    expect(readDraft('no pipeline')).toEqual({ steps: [], sweep: null })
  })

  it('offers every transform, and each alone makes a valid pipeline, swept over any of its numbers', () => {
    expect(stepChoices).toHaveLength(19 + 14 + 2)
    for (const { value } of stepChoices) {
      const one = replaceStep({ ...start, sweep: null }, 0, value)
      const alone = { ...one, steps: one.steps.slice(0, 1) }
      expect(pipelineFile.safeParse(alone).error, value).toBeUndefined()
      const [step] = alone.steps
      for (const field of step ? fieldsOfStep(step) : []) {
        if (field.kind !== 'number') continue
        expect(
          pipelineFile.safeParse(toggleSweep(alone, 0, field)).error,
          `${value} ${field.key}`,
        ).toBeUndefined()
      }
    }
  })

  it('adds at the end, but before noise of the normalised space, and gives an equal step another seed', () => {
    const noisy = addStep(addStep(start, 'bandNoise'), 'corruption fog')
    expect(names(noisy)).toEqual(['fog', 'shot_noise', 'fog', 'bandNoise'])
    expect(noisy.steps.map(({ seed }) => seed)).toEqual([0, 0, 1, 0])
    let full = start
    for (let i = 0; i < 12; i++) full = addStep(full, 'patchDrop')
    expect(full.steps).toHaveLength(8)
  })

  it('moves a sweep with its step, and ends it with its step', () => {
    const moved = moveStep(start, 1, -1)
    expect([names(moved), sweepOf(moved)]).toEqual([
      ['shot_noise', 'fog'],
      ['shot_noise', 'severity'],
    ])
    expect(moveStep(start, 0, -1)).toEqual(start)
    expect(sweepOf(removeStep(start, 0))).toEqual(['shot_noise', 'severity'])
    expect(sweepOf(removeStep(start, 1))).toBeNull()
    expect(removeStep(removeStep(start, 0), 0).steps).toHaveLength(1)
    expect(sweepOf(replaceStep(start, 1, 'corruption snow'))).toEqual(['snow', 'severity'])
    expect(sweepOf(replaceStep(start, 1, 'patchDrop'))).toBeNull()
  })

  it('suggests all values of a short range and five of a long one', () => {
    const valuesOf = (step: Parameters<typeof fieldsOfStep>[0], key: string) => {
      const field = fieldsOfStep(step).find((one) => one.key === key)
      return field && suggestedValues(field)
    }
    expect(valuesOf({ op: 'corruption', name: 'fog' }, 'severity')).toEqual([1, 2, 3, 4, 5])
    expect(valuesOf({ op: 'patchDrop' }, 'percent')).toEqual([0, 20, 40, 60, 80])
    expect(valuesOf({ op: 'perturbation', name: 'shot_noise' }, 'difficulty')).toEqual([1, 2, 3])
    expect(valuesOf({ op: 'bandNoise' }, 'epsilon')).toEqual([0, 0.28, 0.56, 0.84, 1.12])
    expect(valuesOf({ op: 'perturbation', name: 'snow' }, 'frame')).toEqual([0, 6, 12, 18, 24])
  })
})
