import { expect, it } from 'vitest'
import { confusionFigure } from '#engine/studies/summary/confusion.ts'
import { outputLookup } from '#engine/models/index.ts'
import type { Grid } from '#engine/studies/definition/index.ts'
import { droppedWords } from '../../words.ts'

const cell = {
  modelId: 1,
  model: 'net',
  key: 'clean',
  params: {},
  conditionIds: [],
  ...droppedWords(0, 0),
  attacked: false,
  unchangedModel: true,
  n: 5,
  correct: 4,
  correct5: 5,
  top1: 0.8,
  top5: 1,
  interval: null,
  failed: 0,
  missing: 0,
}

/** A grid of one model with these labels and confusions. */
const gridOf = (classes: string[], confusion: ReturnType<Grid['confusion']>): Grid => ({
  models: [
    {
      id: 1,
      title: 'net',
      conditions: [],
      variantOf: () => null,
      classes,
      largestKernel: null,
      ownPreprocessing: true,
    },
  ],
  cells: [cell],
  images: 5,
  complete: true,
  answers: { measured: 5, failed: 0, of: 5 },
  measured: null,
  missing: 0,
  whole: () => true,
  perClass: () => [],
  confusion: () => confusion,
  tests: [],
  pairs: () => null,
  lostShare: () => null,
  known: () => Promise.resolve(null),
})

const outputOf = (classes: string[]) => outputLookup({ set: 'own', names: classes })

it.each([
  [
    ['n01440764', 'n01514668'],
    ['tench | n01440764', 'cock | n01514668'],
  ],
  [
    ['n01440764', 'n01514668'],
    ['n01440764', 'n01514668'],
  ],
  [
    ['0', '1'],
    ['tench', 'cock'],
  ],
])('keeps the diagonal of classes %j of a model with the labels %j', ([first = '', second = ''], labels) => {
  const grid = gridOf(labels, [
    { truth: first, predicted: 0, n: 3 },
    { truth: second, predicted: 0, n: 1 },
    { truth: second, predicted: 1, n: 1 },
  ])
  const { cells, x, y, notes } = confusionFigure(grid, cell, outputOf(labels))
  expect(x.categories).toEqual(['cock', 'tench'])
  expect(y.categories).toEqual(x.categories)
  expect(cells?.values).toEqual([0.5, 0.5, 0, 1])
  expect(notes).toEqual(['Each row sums to one over all classes.'])
})

it('names the classes that no output stands for, and says which rows are empty', () => {
  const labels = ['cat', 'dog']
  const grid = gridOf(labels, [
    { truth: 'cat', predicted: 1, n: 4 },
    { truth: 'wolf', predicted: 1, n: 2 },
  ])
  const { cells, y, notes } = confusionFigure(grid, cell, outputOf(labels))
  expect(y.categories).toEqual(['cat', 'dog', 'wolf'])
  expect(cells?.values).toEqual([0, 1, 0, null, null, null, 0, 1, 0])
  expect(notes).toEqual([
    'Each row of a class with images sums to one over all classes.',
    'Empty rows are classes without images.',
    'No output stands for wolf: no answer to their images is right.',
  ])
})

it('keeps what is predicted outside of the shown classes in a column of its own', () => {
  const labels = Array.from({ length: 100 }, (_, at) => `class ${String(at).padStart(3, '0')}`)
  // The first class is taken for all others; the others for the first, most of them more than once.
  const grid = gridOf(labels, [
    ...labels.slice(1).map((_, at) => ({ truth: labels[0] ?? '', predicted: at + 1, n: 1 })),
    ...labels.slice(1).map((truth, at) => ({ truth, predicted: 0, n: at + 1 })),
  ])
  const { cells, notes } = confusionFigure(grid, cell, outputOf(labels))
  const rows = cells?.rows ?? []
  expect([rows.length, cells?.columns.at(-1)]).toEqual([40, 'none of these'])
  const values = cells?.values ?? []
  const sums = rows.map((_, at) =>
    values.slice(at * 41, (at + 1) * 41).reduce<number>((sum, value) => sum + (value ?? 0), 0),
  )
  for (const sum of sums) expect(sum).toBeCloseTo(1)
  expect(values[40]).toBeCloseTo(60 / 99)
  expect(notes).toEqual(['Each row sums to one over all classes. The 40 most confused of 100 classes.'])
})
