import { expect, it } from 'vitest'
import type { StudyImageRow } from '#shared/contract/index.ts'
import { wordsFor } from '../../words.ts'
import { imageMatrix } from '../../../src/renderer/features/studies/images/imageMatrix.ts'
import { imageAxis } from '../../../src/renderer/features/studies/images/imageCurves.ts'

const row = (key: string, way: string, percent: number): StudyImageRow => ({
  ...wordsFor(key, { way, baseline: key === 'clean', x: percent, place: `${percent} %` }),
  modelId: 1,
  key,
  params: { percent },
  conditionId: 1,
  unchangedModel: true,
  correct: true,
  predicted: 0,
  label: 'cat',
  confidence: 1,
  trueProbability: 1,
  trueRank: 1,
})

it('has a row per way of changing an image, each beginning with the clean image, and a column per position on the axis', () => {
  const rows = [
    row('clean', '', 0),
    row('salient,percent=30', 'salient', 30),
    row('salient,percent=60', 'salient', 60),
    row('non-salient,percent=30', 'non-salient', 30),
  ]
  const matrix = imageMatrix(imageAxis(rows, 'Dropped (%)', rows))
  expect(matrix.columns).toEqual([
    { x: 30, title: '30 %' },
    { x: 60, title: '60 %' },
  ])
  expect(matrix.rows.map(({ title, cells }) => [title, cells.map((cell) => cell?.key ?? null)])).toEqual([
    ['salient', ['clean', 'salient,percent=30', 'salient,percent=60']],
    ['non-salient', ['clean', 'non-salient,percent=30', null]],
  ])
})
