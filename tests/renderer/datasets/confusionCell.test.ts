import { describe, expect, it } from 'vitest'
import type { Confusion } from '#shared/contract/index.ts'
import {
  confusionCell,
  outputsElsewhere,
} from '../../../src/renderer/features/datasets/confusion/confusionCell.ts'

const score = (index: number, name: string, output: number | null): Confusion['classes'][number] => ({
  index,
  name,
  output,
  n: 10,
  correct: 5,
  predicted: 5,
  recall: 0.5,
  precision: 1,
  interval: null,
  confusedWith: null,
  confusedN: 0,
})
const mistake = (truth: number, predicted: number): Confusion['pairs'][number] => ({
  truth,
  predicted,
  truthName: '',
  predictedName: '',
  n: 1,
  share: 0.1,
})
/** Four classes, two of them named crane. Three of the four are in the matrix. */
const confusion: Confusion = {
  n: 40,
  correct: 20,
  classes: [score(0, 'crane', 134), score(1, 'crane', 517), score(2, 'snail', null), score(3, 'vase', 883)],
  pairs: [],
  mistakes: 0,
  rightInOtherOrder: null,
  matrix: { order: [0, 1, 2], counts: new Array<number>(12).fill(0) },
}

describe('a cell of the confusion matrix', () => {
  it('has the output of its column, also where two classes share a name', () => {
    expect(confusionCell(confusion, 2, 0)).toEqual({ truth: 2, outputs: [134] })
    expect(confusionCell(confusion, 2, 1)).toEqual({ truth: 2, outputs: [517] })
  })

  it('cannot be opened where the model does not know the class', () => {
    expect(confusionCell(confusion, 0, 2)).toBeNull()
    expect(confusionCell(confusion, 9, 0)).toBeNull()
  })

  it('has, in the last column, all outputs without a column', () => {
    expect(confusionCell(confusion, 0, 3)).toEqual({ truth: 0, outputs: null })
    const mistakes = [mistake(0, 883), mistake(0, 517), mistake(0, 7), mistake(1, 9)]
    expect(outputsElsewhere(confusion, 0, mistakes)).toEqual([7, 883])
  })
})
