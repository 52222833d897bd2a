import { expect, it } from 'vitest'
import { found } from '#shared/search.ts'
import { placesOf } from '../../../src/renderer/frame/commands/paletteItems.ts'

const places = placesOf({
  models: [
    { id: 1, title: 'RepLK-31', family: 'RepLKNet', largestKernel: 31 },
    { id: 2, title: 'ViT-8', family: 'ViT', largestKernel: null },
  ],
  datasets: [{ id: 3, title: 'val' }],
  studies: [{ id: 4, title: 'First try', kind: 'lesion' }],
  kinds: [
    { id: 'lesion', title: 'Lesion study', description: 'Residual blocks are removed.' },
    { id: 'noise-frequency', title: 'Noise frequency', description: 'Noise is added.' },
  ],
  figures: [{ id: 5, title: 'Fig. 2' }],
})
const first = (typed: string) => found(places, typed)[0]?.path

it('opens models, their tabs, datasets, studies and figures', () => {
  expect(first('replk')).toBe('/models/1/overview')
  expect(first('replk receptive')).toBe('/models/1/receptive-field')
  expect(first('val')).toBe('/datasets/3')
  expect(first('confusion')).toBe('/datasets/3/confusion')
  expect(first('first try')).toBe('/studies/4')
  expect(first('fig 2')).toBe('/figures/5')
})

it('starts a study of every kind, by title and by id', () => {
  expect(first('new study lesion')).toBe('/studies/new?kind=lesion')
  expect(first('noise-frequency')).toBe('/studies/new?kind=noise-frequency')
})

it('offers only tabs that a model has, each thing once', () => {
  expect(first('vit attention')).toBe('/models/2/attention')
  expect(found(places, 'vit kernels')).toEqual([])
  expect(places.map(({ path }) => path)).not.toContain('/models/1/attention')
  expect(new Set(places.map(({ id }) => id)).size).toBe(places.length)
})
