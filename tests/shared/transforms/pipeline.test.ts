import { describe, expect, it } from 'vitest'
import { parseTransform } from '#shared/transform.ts'
import { transformTitle } from '#shared/transformTitle.ts'
import {
  conditionTransform,
  fieldsOfStep,
  pipelineFile,
  pixelType,
  sweptSteps,
  writtenStep,
} from '#shared/transforms/index.ts'

const fog = { op: 'corruption', name: 'fog' }
const noise = { op: 'bandNoise' }
const drop = { op: 'patchDrop' }
const std: [number, number, number] = [0.2, 0.3, 0.4]
const refusalOf = (value: unknown) => pipelineFile.safeParse(value).error?.issues[0]?.message ?? null

describe('a pipeline', () => {
  it('of one step is that transform itself, with the keys of the studies that have it alone', () => {
    const { steps } = pipelineFile.parse({ steps: [{ ...fog, severity: 4 }] })
    expect(conditionTransform(steps, std)).toEqual({
      ...{ op: 'corruption', name: 'fog', severity: 4, seed: 0, jpeg: true, variant: 'published' },
    })
    const frost = pipelineFile.parse({ steps: [{ op: 'corruption', name: 'frost' }] })
    expect(conditionTransform(frost.steps, std)).toMatchObject({ ice: 'matched' })
  })

  it('of several is stored as text that reads back, and told in words', () => {
    const { steps } = pipelineFile.parse({ steps: [fog, drop, noise] })
    const made = conditionTransform(steps, std)
    expect(parseTransform(JSON.stringify(made))).toEqual(made)
    expect(transformTitle({ ...conditionTransform(steps.slice(0, 2), std) })).toBe(
      'fog, severity 3, then 50 % of 16 px patches black',
    )
    expect(made).toMatchObject({ steps: [{}, { draws: null, group: null }, { std }] })
  })

  it('has float pixels only where it ends in noise of the normalised space', () => {
    const typeOf = (...steps: unknown[]) =>
      pixelType(conditionTransform(pipelineFile.parse({ steps }).steps, std))
    expect([typeOf(fog, drop), typeOf(fog, noise), typeOf(noise)]).toEqual(['uint8', 'float32', 'float32'])
  })

  it('takes the values of its sweep once each, in ascending order', () => {
    const chosen = pipelineFile.parse({
      steps: [fog, drop],
      sweep: { step: 2, parameter: 'percent', values: [60, 10, 60] },
    })
    expect(sweptSteps(chosen).map(({ value, steps }) => [value, steps[0], steps[1]])).toEqual(
      [10, 60].map((percent) => [percent, chosen.steps[0], { ...chosen.steps[1], percent }]),
    )
  })

  it.each([
    [{ steps: [] }, /at least|>=1/i],
    [{ steps: [noise, fog] }, 'step 1: noise in the normalised space must be the last step'],
    [{ steps: [{ ...fog, strength: 2 }] }, /strength/],
    [{ steps: [{ ...fog, variant: 'swap' }] }, 'step 1: variant: only glass_blur has the variant swap'],
    [{ steps: [{ op: 'perturbation', name: 'snow', frame: 31 }] }, 'step 1: frame: frame past the last'],
    [
      { steps: [fog], sweep: { step: 2, parameter: 'severity', values: [1] } },
      'there are 1 steps, so none is number 2',
    ],
    [
      { steps: [fog], sweep: { step: 1, parameter: 'jpeg', values: [1] } },
      'fog has no number named jpeg; there are severity, seed',
    ],
    [{ steps: [fog], sweep: { step: 1, parameter: 'severity', values: [1, 6] } }, /^6: .*5/],
    [{ steps: [fog], sweep: { step: 1, parameter: 'severity', values: [1.5] } }, /^1.5: /],
    [
      { steps: [{ op: 'perturbation', name: 'snow' }], sweep: { step: 1, parameter: 'frame', values: [31] } },
      '31: step 1: frame: frame past the last',
    ],
    [{ steps: Array.from({ length: 9 }, () => fog) }, /8/],
  ])('%j is refused', (value, message) => {
    expect(refusalOf(value)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })

  it('shows of a step the parameters that its transform has, in their ranges', () => {
    const keys = (step: unknown) => fieldsOfStep(writtenStep.parse(step)).map(({ key }) => key)
    expect(keys(fog)).toEqual(['severity', 'jpeg', 'seed'])
    expect(keys({ op: 'corruption', name: 'glass_blur' })).toContain('variant')
    expect(keys({ op: 'perturbation', name: 'snow' })).toEqual(['frame', 'seed'])
    expect(keys({ op: 'perturbation', name: 'shot_noise' })).toContain('difficulty')
    const [frame] = fieldsOfStep(writtenStep.parse({ op: 'perturbation', name: 'translate' }))
    expect(frame).toMatchObject({ kind: 'number', min: 0, max: 40, default: 15 })
  })
})
