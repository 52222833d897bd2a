import { expect, it } from 'vitest'
import type { StudyImageRow } from '#shared/contract/index.ts'
import { imageMatrix } from '../../../src/renderer/features/studies/images/imageMatrix.ts'

const row = (key: string, params: StudyImageRow['params']): StudyImageRow => ({
  modelId: 1,
  key,
  params,
  conditionId: 1,
  asItIs: true,
  correct: true,
  predicted: 0,
  label: 'cat',
  confidence: 1,
  trueProbability: 1,
  trueRank: 1,
})

it('has a row per way of changing an image, the clean image at its head, and a column per place of the axis', () => {
  const matrix = imageMatrix([
    row('clean', { percent: 0, mode: 'clean' }),
    row('salient,percent=30', { percent: 30, mode: 'salient' }),
    row('salient,percent=60', { percent: 60, mode: 'salient' }),
    row('non-salient,percent=30', { percent: 30, mode: 'non-salient' }),
  ])
  expect(matrix.parameter).toBe('percent')
  expect(matrix.columns).toEqual([30, 60])
  expect(matrix.rows.map(({ title, cells }) => [title, cells.map((cell) => cell?.key ?? null)])).toEqual([
    ['salient', ['clean', 'salient,percent=30', 'salient,percent=60']],
    ['non-salient', ['clean', 'non-salient,percent=30', null]],
  ])
})
