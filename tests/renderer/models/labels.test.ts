import { describe, expect, it } from 'vitest'
import type { LabelMatch } from '#shared/contract/index.ts'
import {
  relabelled,
  sharedOutputs,
  suggestedOutputs,
} from '../../../src/renderer/features/models/labels/mapping.ts'
import { labelQuestions } from '../../../src/renderer/features/models/labels/questions.ts'

const mapping = {
  classes: ['automobile', 'plane', 'Tabby cat', 'horse'],
  outputs: [0, -1, -1, -1],
  labels: ['car | automobile', 'airplane', 'tabby_cat', 'class 3'],
  set: 'own',
}

describe('the mapping of a dataset to the outputs of a model', () => {
  it('is suggested by near names, for classes without an output and outputs without a class', () => {
    expect(suggestedOutputs(mapping, mapping.outputs)).toEqual([null, 1, 2, null])
    // What is taken is not suggested again.
    expect(suggestedOutputs(mapping, [0, 2, -1, -1])).toEqual([null, null, null, null])
  })

  it('becomes names of labels: added to the new output, taken from the old one, instead of a number', () => {
    expect(relabelled(mapping, [0, 1, 2, 3])).toEqual([
      'car | automobile',
      'airplane | plane',
      'tabby_cat | Tabby cat',
      'horse',
    ])
    expect(relabelled(mapping, [3, -1, -1, -1])).toEqual(['car', 'airplane', 'tabby_cat', 'automobile'])
    expect(relabelled(mapping, mapping.outputs)).toEqual(mapping.labels)
  })

  it('swaps two classes that are their labels', () => {
    const two = { classes: ['cat', 'dog'], outputs: [0, 1], labels: ['cat', 'dog'], set: 'own' }
    expect(relabelled(two, [1, 0])).toEqual(['dog', 'cat'])
  })

  it('marks outputs that stand for several classes', () => {
    expect([...sharedOutputs([1, -1, 1, -1, 2])]).toEqual([1])
  })
})

describe('the question about missing labels', () => {
  const match = (modelId: number, datasetId: number, published: boolean | null): LabelMatch => ({
    modelId,
    datasetId,
    state: 'missing',
    matched: 0,
    classes: 10,
    unmatched: [],
    suggestion: published === null ? null : { kind: 'dataset', published, matched: 1 },
  })
  const model = (id: number, classes: number, labelSource: 'none' | 'file') => ({ id, classes, labelSource })

  it('is asked once for all models of as many outputs, for the published order first', () => {
    const models = [model(1, 10, 'none'), model(2, 10, 'none'), model(3, 7, 'none'), model(4, 10, 'file')]
    const matches = [
      match(1, 5, false),
      match(1, 6, true),
      match(2, 5, false),
      match(2, 6, true),
      match(3, 5, null),
      match(4, 6, true),
    ]
    expect(labelQuestions(models, matches)).toEqual([
      { datasetId: 6, kind: 'dataset', published: true, outputs: 10, modelIds: [1, 2] },
    ])
  })
})
