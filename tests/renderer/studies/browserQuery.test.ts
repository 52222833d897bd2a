import { describe, expect, it } from 'vitest'
import type { StudyCondition } from '#shared/contract/index.ts'
import { chipsOf } from '../../../src/renderer/features/datasets/filter/chips.ts'
import {
  filterFromQuery,
  shownFactsFromQuery,
} from '../../../src/renderer/features/datasets/filter/filterQuery.ts'
import { browserQuery, factOfCell } from '../../../src/renderer/features/studies/images/browserQuery.ts'
import { shownId } from '#shared/shownModel.ts'
import { changeTitle } from '#shared/changedModel.ts'
import { wordsFor } from '../../words.ts'

const cell = (key: string, more: Partial<StudyCondition> = {}): StudyCondition => ({
  modelId: 4,
  model: 'RepLK-31',
  key,
  params: {},
  conditionIds: [1],
  ...wordsFor(key),
  attacked: false,
  unchangedModel: true,
  n: 10,
  correct: 5,
  correct5: 9,
  top1: 0.5,
  top5: 0.9,
  interval: null,
  failed: 0,
  missing: 0,
  ...more,
})
const none = cell('none', { baseline: true })
const lesion = cell('n=2,sample=0', { unchangedModel: false, changed: 'without-3-7' })

it('a model that a study shows several times is itself in the browser, and only where its preprocessing is its own', () => {
  const twice = shownId(4, 1)
  expect(factOfCell(cell('clean', { modelId: twice, baseline: true }))).toEqual({ modelId: 4 })
  expect(factOfCell(cell('clean', { modelId: twice, baseline: true, unchangedModel: false }))).toBeNull()
})

describe('the images of a cell in the dataset browser', () => {
  it('are selected for the changed model, and the filter says what was changed', () => {
    const query = browserQuery(lesion, none, 'lost')
    expect(query).toEqual({ flip: '4~without-3-7:lost', facts: '4,4~without-3-7' })
    const filter = filterFromQuery(query ?? {})
    expect(filter).toEqual({ flips: [{ modelId: 4, changed: 'without-3-7', flip: 'lost' }] })
    expect(shownFactsFromQuery(query ?? {})).toEqual([{ modelId: 4 }, { modelId: 4, changed: 'without-3-7' }])
    const names = {
      classOf: String,
      shownFact: ({ changed }: { changed?: string | undefined }) =>
        `RepLK-31 ${changed ? changeTitle(changed) : ''}`,
      predicted: String,
      subset: String,
      bytes: String,
    }
    const chips = chipsOf(filter, names)
    expect(chips.map(({ text }) => text)).toEqual(['RepLK-31 with blocks 3, 7 removed: right to wrong'])
    expect(chips[0]?.rest).toEqual({})
    expect(browserQuery(lesion, none, 'mistakes')).toMatchObject({ outcome: '4~without-3-7:wrong' })
  })

  it('are selected for a condition, and for the unchanged model', () => {
    const dropped = cell('percent=50,repeat=0', { conditionIds: [17] })
    expect(browserQuery(dropped, cell('percent=0,repeat=0', { baseline: true }), 'both')).toEqual({
      flip: '4:both:17',
      facts: '4,4:17',
    })
    expect(browserQuery(none, null, 'mistakes')).toEqual({ outcome: '4:wrong', facts: '4' })
  })

  it('have no filter where a filter cannot express them', () => {
    expect(browserQuery(lesion, none, 'mostConfident')).toBeNull()
    expect(browserQuery(none, null, 'lost')).toBeNull()
    const ownReadout = cell('outside', { unchangedModel: false })
    expect(browserQuery(ownReadout, none, 'mistakes')).toBeNull()
    expect(browserQuery(lesion, ownReadout, 'lost')).toBeNull()
    const perBatch = cell('percent=50,repeat=0', { conditionIds: [17, 18] })
    expect(browserQuery(perBatch, none, 'mistakes')).toBeNull()
  })
})
