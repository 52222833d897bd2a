import { expect, it } from 'vitest'
import type { Dataset } from '#shared/contract/index.ts'
import { usualDataset } from '../../../src/renderer/lib/usualDataset.ts'

const dataset = (id: number, like: Partial<Dataset>) =>
  ({
    id,
    images: 10,
    state: 'ready',
    parts: [],
    recognised: 'folders',
    layout: 'folders',
    ...like,
  }) as Dataset

const val = dataset(7, {})
const corrupted = dataset(1, { recognised: 'imagenet-c', parts: [{ name: 'fog', images: 10 }] })
const unlabelled = dataset(2, { layout: 'unlabelled' })

it('prefers plain, labelled images, whatever was added before them', () => {
  expect(usualDataset([corrupted, unlabelled, val, dataset(9, {})])).toBe(val)
})

it('takes a benchmark only without them, and unlabelled images last', () => {
  expect(usualDataset([unlabelled, corrupted])).toBe(corrupted)
  expect(usualDataset([unlabelled])).toBe(unlabelled)
})

it('never takes a dataset that cannot be shown yet', () => {
  expect(usualDataset([dataset(1, { images: 0 }), dataset(2, { state: 'indexing' })])).toBeUndefined()
  expect(usualDataset([])).toBeUndefined()
})
