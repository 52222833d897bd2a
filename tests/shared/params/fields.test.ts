import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { describeType, valueText } from '#shared/params/describe.ts'
import { withoutEffect } from '#shared/params/effect.ts'
import { fieldsOf, initialParams } from '#shared/params/fields.ts'
import { numberText, parseNumber, parseNumbers } from '#shared/params/numbers.ts'
import { problemsOf } from '#shared/params/problems.ts'

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
    fill: z
      .enum(['black', 'mean'])
      .default('black')
      .meta({ words: { mean: 'Mean colour' } }),
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
        { value: 'black', label: 'Black' },
        { value: 'mean', label: 'Mean colour' },
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
        { value: 'drop_in', label: 'Drop in' },
        { value: 'dropOut', label: 'Drop out' },
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
    ['1/255, 2/255;8/256', [1 / 255, 2 / 255, 1 / 32]],
    ['0..8/255', null],
    ['1/0', null],
    ['1/2/3', null],
    ['/255', null],
  ])('%j', (text, numbers) => expect(parseNumbers(text)).toEqual(numbers))
})

describe('one number as text', () => {
  it.each([
    ['8/255', 8 / 255],
    [' 1 / 4 ', 0.25],
    ['-1e-3', -0.001],
    ['', undefined],
    ['8/', undefined],
    ['Infinity', undefined],
    ['1/x', undefined],
  ])('%j', (text, value) => expect(parseNumber(text)).toBe(value))

  it('is written as it was typed, whether decimal or in 255ths', () => {
    for (const text of ['8/255', '1/255', '-2/255', '0.03', '1', '0', '0.1'])
      expect(numberText(parseNumber(text) ?? NaN)).toBe(text)
    // Another fraction keeps all its digits, so that nothing is rounded without a word.
    expect(numberText(1 / 7)).toBe(String(1 / 7))
  })
})

describe('a parameter without an effect', () => {
  const some = fieldsOf(
    z.toJSONSchema(
      z.object({
        attack: z
          .enum(['fgsm', 'pgd'])
          .default('fgsm')
          .meta({ title: 'Attack', words: { pgd: 'PGD' } }),
        random: z.boolean().default(true).meta({ title: 'Random start' }),
        steps: z
          .int()
          .default(5)
          .meta({ effect: [{ attack: ['pgd'], random: [true] }, { methods: ['smooth'] }] }),
        methods: z.array(z.enum(['plain', 'smooth'])).default(['plain']),
        draws: z.string().nullable().default(null).meta({ title: 'Replay' }),
        seed: z
          .int()
          .default(0)
          .meta({ effect: [{ draws: [] }] }),
      }),
      { io: 'input' },
    ),
  )
  const why = (key: string, params: Record<string, unknown>) =>
    some.filter((one) => one.key === key).map((one) => withoutEffect(one, some, params))[0]

  it('is named with what would give it one', () => {
    expect(why('steps', {})).toBe('Attack “PGD” and Random start on, or Methods “Smooth”')
    expect(why('seed', { draws: 'abc' })).toBe('Replay left empty')
  })

  it('has one where any alternative holds, by defaults for what is not given', () => {
    expect(why('steps', { attack: 'pgd' })).toBeNull()
    expect(why('steps', { attack: 'pgd', random: false })).not.toBeNull()
    expect(why('steps', { random: false, methods: ['plain', 'smooth'] })).toBeNull()
    expect(why('seed', {})).toBeNull()
    expect(why('attack', {})).toBeNull()
  })
})

it('says in words what may be written for a parameter', () => {
  const words = Object.fromEntries(fields.map((one) => [one.key, describeType(one)]))
  expect(words).toMatchObject({
    patch: 'a whole number from 1 to 512',
    percents: 'whole numbers from 0 to 100',
    epsilon: 'a number above 0',
    fill: 'black or mean',
    hard: 'yes or no',
    seed: 'a whole number',
    draws: 'text, or none',
    surrogate: 'a model, or none',
    masks: 'a folder, or none',
    modes: 'some of drop_in or dropOut',
    nested: 'JSON',
  })
  expect([[0, 8 / 255], true, null, 'black'].map(valueText)).toEqual(['0,8/255', 'yes', 'none', 'black'])
})
