import { expect, it } from 'vitest'
import { confusionFigure } from '#engine/studies/summary/classes.ts'
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

it('keeps the diagonal where classes are WordNet ids and the labels of the model are names, or ids too', () => {
  for (const classes of [
    ['tench', 'cock'],
    ['n01440764', 'n01514668'],
  ]) {
    const grid: Grid = {
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
      confusion: () => [
        { truth: 'n01440764', predicted: 0, n: 3 },
        { truth: 'n01514668', predicted: 0, n: 1 },
        { truth: 'n01514668', predicted: 1, n: 1 },
      ],
      tests: [],
      pairs: () => null,
      lostShare: () => null,
      known: () => Promise.resolve(null),
    }
    const { cells, x, y } = confusionFigure(grid, cell)
    expect(x.categories).toEqual(['cock', 'tench'])
    expect(y.categories).toEqual(x.categories)
    expect(cells?.values).toEqual([0.5, 0.5, 0, 1])
  }
})
