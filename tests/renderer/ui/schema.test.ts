import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldsOf, initialParams, parseNumbers, problemsOf } from '../../../src/renderer/ui/forms/schema.ts'

/** Every shape of a study's parameters, written by zod as in the engine. */
const schema = z.toJSONSchema(
  z.object({
    patch: z
      .int()
      .min(1)
      .max(512)
      .default(16)
      .meta({ title: 'Patch size', description: 'Side of a patch', unit: 'px' }),
    percents: z.array(z.int().min(0).max(100)).min(1).max(5).default([0, 50]),
    epsilon: z.number().gt(0).optional(),
    fill: z.enum(['black', 'mean']).default('black'),
    hard: z.boolean().default(false),
    seed: z.int().default(0),
    draws: z.string().nullable().default(null),
    target: z.string(),
    surrogate: z.int().positive().nullable().default(null).meta({ format: 'model' }),
    masks: z.string().nullable().default(null).meta({ format: 'folder' }),
    masksState: z.string().nullable().default(null).meta({ format: 'settled' }),
    modes: z
      .array(z.enum(['drop_in', 'dropOut']))
      .min(1)
      .default(['drop_in']),
    nested: z.object({ a: z.number() }).optional(),
  }),
  { io: 'input' },
)
const fields = fieldsOf(schema)
const field = (key: string) => fields.find((f) => f.key === key)

describe('a form from a JSON schema', () => {
  it('has the kind, the texts and the bounds of each field', () => {
    expect(field('patch')).toMatchObject({
      kind: 'number',
      title: 'Patch size',
      description: 'Side of a patch',
      unit: 'px',
      integer: true,
      min: 1,
      max: 512,
    })
    expect(field('percents')).toMatchObject({
      kind: 'numbers',
      title: 'Percents',
      integer: true,
      min: 0,
      max: 100,
      minItems: 1,
      maxItems: 5,
    })
    expect(field('fill')).toMatchObject({
      kind: 'enum',
      options: [
        { value: 'black', label: 'black' },
        { value: 'mean', label: 'mean' },
      ],
    })
    expect(field('hard')).toMatchObject({ kind: 'boolean' })
    expect(field('seed')).toMatchObject({ min: null, max: null })
    expect(field('draws')).toMatchObject({ kind: 'text', nullable: true })
    expect(field('target')).toMatchObject({ kind: 'text', required: true })
    expect(field('surrogate')).toMatchObject({ kind: 'model', nullable: true, default: null })
    expect(field('masks')).toMatchObject({ kind: 'folder', nullable: true })
    expect(fields.some(({ key }) => key === 'masksState')).toBe(false)
    expect(field('modes')).toMatchObject({
      kind: 'choices',
      minItems: 1,
      options: [
        { value: 'drop_in', label: 'drop_in' },
        { value: 'dropOut', label: 'dropOut' },
      ],
    })
    expect(field('nested')).toMatchObject({ kind: 'json' })
  })

  it('starts with the defaults, replaced by given values', () => {
    expect(initialParams(fields, { patch: 8 })).toEqual({
      patch: 8,
      percents: [0, 50],
      fill: 'black',
      hard: false,
      seed: 0,
      draws: null,
      surrogate: null,
      masks: null,
      modes: ['drop_in'],
    })
  })

  it('accepts values that the schema accepts', () => {
    expect(problemsOf(fields, { ...initialParams(fields), target: 'a' })).toEqual({})
  })

  it('names each field that is wrong', () => {
    const problems = problemsOf(fields, {
      patch: 0,
      percents: [0, 120],
      epsilon: 0,
      fill: 'white',
      seed: 1.5,
      hard: false,
      draws: null,
      surrogate: 'a',
      modes: [],
    })
    expect(problems).toMatchObject({
      patch: 'Not below 1.',
      percents: '120: Not above 100.',
      fill: 'Choose one of the options.',
      seed: 'Write a whole number.',
      target: 'A value is needed.',
      surrogate: 'Choose a model.',
      modes: 'Choose at least 1.',
    })
    expect(problems.epsilon).toMatch(/^Not below/)
    expect(problemsOf(fields, { ...initialParams(fields), target: 'a', percents: [] })).toEqual({
      percents: 'At least 1 number is needed.',
    })
    expect(problemsOf(fields, { ...initialParams(fields), target: 'a', patch: null })).toEqual({
      patch: 'A value is needed.',
    })
  })
})

describe('a list of numbers as text', () => {
  it.each([
    ['0, 0.1  0.2;1', [0, 0.1, 0.2, 1]],
    ['0..0.3/0.1', [0, 0.1, 0.2, 0.3]],
    ['0..90/30 100', [0, 30, 60, 90, 100]],
    ['', []],
    ['1, x', null],
    ['0..1/0', null],
    ['0..1/0.00001', null],
  ])('%j', (text, numbers) => expect(parseNumbers(text)).toEqual(numbers))
})
