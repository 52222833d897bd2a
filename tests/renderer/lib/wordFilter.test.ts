import { expect, it } from 'vitest'
import { wordFilter } from '../../../src/renderer/lib/wordFilter.ts'

it('lets texts pass that contain every word, in any order and case', () => {
  const texts = ['ImageNet-C, corruptions', 'ImageNet-A', 'Random patch drop']
  const found = (filter: string) => texts.filter(wordFilter(filter))
  expect(found('')).toEqual(texts)
  expect(found('  imagenet ')).toEqual(texts.slice(0, 2))
  expect(found('corrupt IMAGE')).toEqual(texts.slice(0, 1))
  expect(found('image drop')).toEqual([])
})
