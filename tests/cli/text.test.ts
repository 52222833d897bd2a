import { CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { errorCodes, KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { exitCodeOf, formatFailure, shapeOfFailure } from '../../src/cli/failure.ts'
import { integerOf, listOf, numberOf } from '../../src/cli/flags.ts'
import {
  displayWidth,
  formatBytes,
  formatCount,
  formatDataTable,
  formatDuration,
  formatPairs,
  formatTable,
  printable,
} from '../../src/cli/format.ts'
import { findNamed } from '../../src/cli/named.ts'
import { describeKind } from '../../src/cli/kindText.ts'
import { studyPreprocessing } from '../../src/cli/studyPreprocessing.ts'
import { optionsAsParams, parseParams } from '../../src/cli/params.ts'
import { fieldsOf } from '#shared/params/fields.ts'
import { didYouMean, nearNames } from '#shared/near.ts'

describe('tables', () => {
  it('align text to the left and numbers to the right, by the width on a terminal', () => {
    const text = formatTable(
      [{ title: 'Model' }, { title: 'n', right: true }],
      [
        ['大核', '5'],
        ['é', '320'],
      ],
    )
    expect(text).toBe('Model    n\n大核     5\né      320\n')
  })

  it('write p-values with two significant digits, never as zero', () => {
    const text = formatDataTable({
      ...{ id: 'tests', title: 'Tests' },
      columns: [{ key: 'p', title: 'McNemar p', kind: 'number', p: true }],
      rows: [{ p: 0.0412345 }, { p: 0.00000155 }],
    })
    expect(text).toBe('McNemar p\n    0.041\n  < 0.001\n')
  })

  it('write differences in points, and none below zero that is rounded to it', () => {
    const text = formatDataTable({
      ...{ id: 'changes', title: 'Changes' },
      columns: [{ key: 'change', title: 'Change', kind: 'points' }],
      rows: [{ change: -0.0123 }, { change: -0.0002 }],
    })
    expect(text).toBe('     Change\n-1.2 points\n 0.0 points\n')
  })

  it('say so when they are empty', () => {
    expect(formatTable([{ title: 'A' }], [], 'no models')).toBe('no models\n')
  })

  it('replace control characters in file names', () => {
    expect(printable('a\u001b[2Jb\nc')).toBe('a?[2Jb?c')
    expect(formatTable([{ title: 'A' }], [['\u001b[31mred']])).not.toContain('\u001b')
    expect(formatPairs([['name', 'a\rb']])).toBe('name  a?b\n')
  })

  it('count a combining mark as no column and a wide character as two', () => {
    expect([displayWidth('e\u0301'), displayWidth('核'), displayWidth('🐈'), displayWidth('ab')]).toEqual([
      1, 2, 2, 2,
    ])
  })

  it('write shares in per cent and gaps as dashes', () => {
    const text = formatDataTable({
      id: 't',
      title: 'T',
      columns: [
        { key: 'm', title: 'Model', kind: 'text' },
        { key: 'a', title: 'Top-1', kind: 'fraction' },
        { key: 'd', title: 'D', kind: 'number' },
      ],
      rows: [
        { m: 'x', a: 0.8155, d: 0.123456 },
        { m: 'y', a: null, d: Number.NaN },
      ],
    })
    expect(text).toBe('Model   Top-1       D\nx      81.5 %  0.1235\ny           –       –\n')
  })

  it('write counts, sizes and times for people', () => {
    expect([9999, 654_000, 79_866_000, null].map(formatCount)).toEqual(['9999', '654.0 k', '79.9 M', '–'])
    expect([0, 1023, 1024, 2_647_674, 5 * 2 ** 40].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '2.5 MiB',
      '5.0 TiB',
    ])
    expect([0, 61, 3600 + 62, -1].map(formatDuration)).toEqual(['0:00', '1:01', '1:01:02', '0:00'])
  })
})

describe('parameters', () => {
  const fields = fieldsOf({
    type: 'object',
    properties: {
      percents: { type: 'array', items: { type: 'integer' }, default: [0] },
      level: { type: 'number' },
      repeats: { type: 'integer' },
      fill: { type: 'string', enum: ['black', 'mean'] },
      fast: { type: 'boolean' },
      draws: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
      maxBatch: { type: 'integer' },
      masksState: { type: 'string', format: 'settled' },
    },
  })
  const parse = (...texts: string[]) => parseParams(texts, fields)

  it('are read by the type of their schema', () => {
    expect(
      parse('percents=0,10, 20', 'level=1e-3', 'repeats=-2', 'fill=mean', 'fast=yes', 'draws=abc=d'),
    ).toEqual({
      percents: [0, 10, 20],
      level: 0.001,
      repeats: -2,
      fill: 'mean',
      fast: true,
      draws: 'abc=d',
    })
    expect(parse('percents=[5,6]', 'draws=none', 'fast=off')).toEqual({
      percents: [5, 6],
      draws: null,
      fast: false,
    })
    expect(parse('percents=')).toEqual({ percents: [] })
    expect(parse('level=8/255', 'percents=0..20/10')).toEqual({ level: 8 / 255, percents: [0, 10, 20] })
    expect(() => parse('masksState=a')).toThrow(/unknown parameter: masksState/)
  })

  it.each([
    ['repeats=2.5', 'invalid repeats: 2.5'],
    ['repeats=', 'invalid repeats: '],
    ['level=NaN', 'invalid level: NaN'],
    ['level=', 'invalid level: '],
    ['percents=1,x', 'invalid percents: 1,x'],
    ['percents=[1', 'invalid percents: [1'],
    ['percents=1/2', 'invalid percents: 1/2'],
    ['repeats=4/2', 'invalid repeats: 4/2'],
    ['fill=white', 'invalid fill: white'],
    ['fast=2', 'invalid fast: 2'],
    ['ratio=1', 'unknown parameter: ratio'],
  ])('%s is refused by name', (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'STUDY_PARAMS', message }))
  })

  it('need a name and a value', () => {
    expect(() => parse('percents')).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(() => parse('=3')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('can be given as options of their own', () => {
    expect(optionsAsParams(['--percents', '0,50', '--max-batch=4'], fields)).toEqual([
      'percents=0,50',
      'maxBatch=4',
    ])
    expect(() => optionsAsParams(['--wrong', '1'], fields)).toThrow('unknown option: --wrong')
    const hinted = (word: string) => () => optionsAsParams([word, '1'], fields, ['--per-class'])
    for (const [typed, hint] of [
      ['--percent', 'Did you mean --percents?'],
      ['--per-clas', 'Did you mean --per-class?'],
      ['--max_batch', 'Did you mean --max-batch?'],
    ] as const)
      expect(hinted(typed)).toThrow(expect.objectContaining({ hint }))
    expect(() => optionsAsParams(['stray'], fields)).toThrow('unknown argument: stray')
    expect(() => optionsAsParams(['--percents'], fields)).toThrow('--percents needs a value')
  })
})

describe('names', () => {
  const rows = [
    { id: 1, title: 'net', path: '/data/a.onnx' },
    { id: 2, title: '1', path: '/data/b.onnx' },
    { id: 3, title: 'twin', path: '/data/c.onnx' },
    { id: 4, title: 'twin', path: '/data/d.onnx' },
  ]

  it('are read as an id, else as a title, else as a path', () => {
    expect(findNamed(rows, '1', '/')?.id).toBe(1)
    expect(findNamed(rows, 'net', '/')?.id).toBe(1)
    expect(findNamed(rows, 'b.onnx', '/data')?.id).toBe(2)
    expect(findNamed(rows, '../data/d.onnx', '/other')?.id).toBe(4)
    expect(findNamed(rows, '9', '/')).toBeUndefined()
  })

  it('that two rows share are refused', () => {
    expect(() => findNamed(rows, 'twin', '/')).toThrow('ambiguous name: twin is the title of 3, 4')
  })
})

describe('help of a kind of study', () => {
  const kind = {
    id: 'noise',
    title: 'Noise',
    section: '4.4',
    group: 'experiment' as const,
    description: 'Noise is added.',
    params: {
      type: 'object',
      properties: {
        maxSteps: {
          type: 'integer',
          minimum: 1,
          maximum: 9,
          default: 3,
          unit: 'px',
          title: 'Steps',
          description: 'How many',
          effect: [{ fill: ['black'] }],
        },
        fill: { type: 'string', enum: ['black', 'mean'], default: 'mean' },
        model: { type: 'integer', format: 'model' },
        draws: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'Replay' },
      },
    },
    presets: [{ id: 'quick', title: 'Quick', description: 'Few.', params: { maxSteps: 1 } }],
    definitions: [],
    draws: true,
    reads: 'images' as const,
    asks: [],
  }

  it('has a line for every parameter and preset, as they are typed', () => {
    const text = describeKind(kind, 200).replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      '--max-steps <n> Steps: how many (a whole number from 1 to 9, in px; default 3; only with --fill black)',
    )
    expect(text).toContain('--fill <word> Fill (black or mean; default mean)')
    // Their options belong to the program.
    expect(text).toContain('--param model=<model> Model (a model)')
    expect(text).toContain('--draws <file> Replay: an exported draws file')
    expect(text).toContain('quick Quick. Few. --max-steps 1')
  })

  it('is no wider than the terminal', () => {
    const lines = describeKind(kind, 80).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('a preprocessing of a study', () => {
  const published = { name: 'as published', interpolation: 'bilinear' as const }
  const kind = {
    ...{ id: 'lesion', title: 'Lesion', section: '4.3', group: 'experiment' as const, description: '' },
    ...{
      params: {},
      presets: [],
      definitions: [],
      draws: true,
      reads: 'images' as const,
      asks: [],
      published,
    },
  }
  it('is made of parts', () => {
    expect(studyPreprocessing('own', kind)).toEqual({})
    expect(studyPreprocessing('published', kind)).toEqual(published)
    expect(studyPreprocessing('crop=0.9 + imagenet + std=1/255 + name=a b', kind)).toEqual({
      resize: 'shorter',
      crop: 0.9,
      mean: [0.485, 0.456, 0.406],
      std: [1 / 255, 1 / 255, 1 / 255],
      name: 'a b',
    })
  })

  it.each([
    ['bilinaer', 'unknown part of --preprocessing: bilinaer'],
    ['published=1', 'unknown part of --preprocessing: published=1'],
    ['crop=2', 'invalid --preprocessing crop=2'],
    ['mean=a', 'invalid --preprocessing mean=a: Give numbers such as 0.485 or 1/255'],
  ])('is refused as %j', (text, message) => {
    expect(() => studyPreprocessing(text, kind)).toThrow(message)
  })

  it('is published for some kinds only', () => {
    const { published: _, ...other } = kind
    expect(() => studyPreprocessing('published', other)).toThrow('no published preprocessing of lesion')
    expect(describeKind(kind, 100)).toContain('--preprocessing published: as the published script, bilinear.')
    expect(describeKind(other, 100)).not.toContain('published')
  })
})

describe('near names', () => {
  it('are those with few other letters, whatever the case and the separators', () => {
    expect(nearNames('epsilon', ['epsilons', 'steps', 'seed'])).toEqual(['epsilons'])
    expect(nearNames('lession', ['lesion', 'kernel-size', 'noise-frequency'])).toEqual(['lesion'])
    expect(nearNames('fsgm', ['fgsm', 'pgd', 'mifgsm'])).toEqual(['fgsm'])
    expect(nearNames('resnet50', ['ResNet 50', 'ViT'])).toEqual(['ResNet 50'])
    expect(nearNames('clean', ['clean-accuracy', 'lesion'])).toEqual(['clean-accuracy'])
    expect(nearNames('zzz', ['epsilons', 'seed'])).toEqual([])
    expect(nearNames('', ['a'])).toEqual([])
  })

  it('make a question', () => {
    expect(didYouMean('stepp', ['step', 'steps'])).toBe('Did you mean step or steps?')
    expect(didYouMean('quux', ['step'])).toBe('')
  })
})

describe('options', () => {
  it('say which one is wrong', () => {
    expect(numberOf('--width')('3.25')).toBe(3.25)
    expect(() => numberOf('--width')('')).toThrow('invalid --width')
    expect(() => integerOf('--batch', 0)('-1')).toThrow('invalid --batch: -1 is not a whole number from 0')
    expect(listOf('svg, png,,')).toEqual(['svg', 'png'])
  })
})

describe('failures', () => {
  it('keep the shape that the contract carried', () => {
    const data = { code: 'MODEL_NOT_ONNX', message: 'a.txt is no ONNX file', hint: 'Choose another.' }
    expect(shapeOfFailure(Object.assign(new Error('x'), { data }))).toEqual(data)
  })

  it('are INTERNAL without a code, USAGE for wrong arguments, CANCELLED when stopped', () => {
    expect(shapeOfFailure(new TypeError('boom')).code).toBe('INTERNAL')
    expect(shapeOfFailure(Object.assign(new Error('x'), { data: { code: 'NOPE' } })).code).toBe('INTERNAL')
    expect(shapeOfFailure(new CommanderError(1, 'c', 'error: unknown option'))).toMatchObject({
      code: 'USAGE',
      message: 'unknown option',
    })
    expect(shapeOfFailure(new DOMException('aborted', 'AbortError')).code).toBe('CANCELLED')
  })

  it('print message and hint, or JSON, with a stack only for faults of Kernelscope', () => {
    const shape = new KernelscopeError('FILE_MISSING', 'no a.onnx', { details: 'stack' }).toShape()
    expect(formatFailure(shape, false)).toBe(
      `error[FILE_MISSING]: no a.onnx\n  ${errorCodes.FILE_MISSING.hint}\n`,
    )
    expect(JSON.parse(formatFailure(shape, true))).toEqual({ error: shape })
    expect(formatFailure({ ...shape, code: 'INTERNAL' }, false)).toContain('stack')
  })

  it('exit with the code of their kind, never 0', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const exit = exitCodeOf(new KernelscopeError(code, 'x').toShape())
      expect(exit).toBe(errorCodes[code].exit)
      expect(exit).toBeGreaterThan(0)
    }
  })
})
