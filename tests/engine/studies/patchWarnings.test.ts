import { expect, it } from 'vitest'
import { studyDefinition } from '#engine/studies/index.ts'
import { patchWarnings } from '../../../src/engine/studies/kinds/dropped.ts'
import type { StoredModel } from '../../../src/engine/models/index.ts'
import type { Db } from '#engine/workspace/index.ts'

const model = (title: string, side: number) =>
  ({ title, preprocessing: { size: [side, side] } }) as unknown as StoredModel

const messages = (patch: number, percents: number[], ...models: StoredModel[]) =>
  patchWarnings(patch, percents, models).map(({ message }) => message)

it('names the shares that drop nothing and everything of a grid, once for an input size', () => {
  // floor(4 * 10 / 100) = 0, floor(4 * 30 / 100) = 1 of 2 x 2 patches.
  expect(messages(16, [0, 10, 20, 30, 100], model('A', 32), model('B', 32))).toEqual([
    '10 %, 20 % drops nothing: the 32 × 32 px input of A and 1 more has 4 patches of 16 px',
    '100 % drops everything: the 32 × 32 px input of A and 1 more has 4 patches of 16 px',
  ])
})

it('names patches that do not divide an input, and is silent where all is well', () => {
  expect(messages(16, [10], model('A', 224))).toEqual([])
  expect(messages(16, [10, 90], model('A', 224), model('C', 100))).toEqual([
    'patches of 16 px do not divide the 100 × 100 px input of C: those at the right and bottom are cut',
  ])
})

it('warns of the steps of a pipeline that drop patches, by the swept share', () => {
  const pipeline = {
    steps: [
      { op: 'corruption', name: 'fog' },
      { op: 'patchDrop', patch: 16 },
    ],
    sweep: { step: 2, parameter: 'percent', values: [10, 60] },
  }
  const { warnings } = studyDefinition('pipeline')
  const found = warnings?.({ pipeline }, [model('A', 32)], { db: {} as unknown as Db })
  expect(found?.map(({ message }) => message)).toEqual([
    '10 % drops nothing: the 32 × 32 px input of A has 4 patches of 16 px',
  ])
})
