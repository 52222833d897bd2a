import { describe, expect, it } from 'vitest'
import type { KeyNumber, Study, StudyKind } from '#shared/contract/index.ts'
import { bestValue, countText, detailText, valueText } from '#shared/keyNumberText.ts'
import { differences, paramsText } from '#shared/studyDifferences.ts'

const study = (id: number, like: Partial<Study> = {}): Study => ({
  id,
  kind: 'random-patch-drop',
  title: 'Random patch drop',
  params: { repeats: 1, shares: [0.1, 0.2] },
  modelIds: [1],
  datasetId: 1,
  sample: null,
  createdAt: 0,
  job: null,
  ...like,
})
const kind: StudyKind = {
  id: 'random-patch-drop',
  title: 'Random patch drop',
  section: '4.1',
  group: 'experiment',
  description: '',
  params: { properties: { repeats: { title: 'Repeats' } } },
  presets: [],
  definitions: [],
  draws: true,
  reads: 'images',
  asks: [],
}
const told = (studies: Study[]) => Object.fromEntries(differences(studies, () => kind))

it('names parameters by their titles', () => {
  const params = { repeats: 3, shares: [0.1, 0.2], draws: null }
  expect(paramsText(params, kind)).toBe('Repeats 3, shares 0.1 0.2, draws none')
  expect(paramsText(params, null)).toBe('repeats 3, shares 0.1 0.2, draws none')
})

describe('studies of one title', () => {
  it('are told apart by what differs, and by nothing else', () => {
    const five = study(2, { params: { repeats: 5, shares: [0.1, 0.2] }, sample: { perClass: 2, seed: 0 } })
    expect(told([study(1), five, study(3, { title: 'Mine' })])).toEqual({
      1: 'Repeats 1, all images',
      2: 'Repeats 5, 2 per class, seed 0',
    })
    expect(told([study(1), study(2, { params: { repeats: 1, shares: [0.9] } })])).toEqual({
      1: 'shares 0.1 0.2',
      2: 'shares 0.9',
    })
  })

  it('have their number where nothing differs, but not where the dataset or the models do', () => {
    expect(told([study(1), study(2)])).toEqual({ 1: 'study 1', 2: 'study 2' })
    expect(told([study(1), study(2, { datasetId: 2 }), study(3, { modelIds: [1, 2] })])).toEqual({
      1: '',
      2: '',
      3: '',
    })
  })
})

it('a study with another preprocessing says so, whether another has its title or not', () => {
  const preprocessings = [{}, { interpolation: 'bilinear' as const }]
  const shown = "preprocessing: each model's own | bilinear"
  expect(told([study(1, { preprocessings })])).toEqual({ 1: shown })
  expect(told([study(1), study(2, { preprocessings })])).toEqual({ 1: '', 2: shown })
  expect(told([study(1, { preprocessings }), study(2, { preprocessings })])).toEqual({
    1: `${shown}, study 1`,
    2: `${shown}, study 2`,
  })
})

describe('the key number of a study', () => {
  const number: KeyNumber = {
    title: 'Top-1',
    unit: 'fraction',
    better: 'higher',
    values: [
      { modelId: 1, value: 0.4125, n: 320, interpolated: false },
      { modelId: 2, value: 0.8125, n: 16, interpolated: true },
    ],
  }
  it('is a value or a range, and says how many images it stands on', () => {
    expect(valueText(number)).toBe('≈ 41.3 % to 81.3 %')
    expect(countText(number)).toBe('n = 16 to 320')
    const alone = { ...number, values: number.values.slice(0, 1) }
    expect([valueText(alone), countText(alone)]).toEqual(['41.3 %', 'n = 320'])
    expect(detailText(number, (id) => `M${id}`)).toBe('Top-1\nM1: 41.3 %, n = 320\nM2: ≈ 81.3 %, n = 16')
  })

  it('is in points where it is a difference of shares', () => {
    const change = [-0.036, -0.012].map((value, modelId) => ({ modelId, value, n: 84, interpolated: false }))
    expect(valueText({ ...number, unit: 'points', values: change })).toBe('−3.6 to −1.2 points')
  })

  it('names no images where it is of none', () => {
    const values = [{ modelId: 1, value: 0.51234, n: null, interpolated: false }]
    const weights: KeyNumber = { title: 'Median distance', unit: 'number', better: null, values }
    expect([valueText(weights), countText(weights)]).toEqual(['0.512', 'no images'])
    expect(detailText(weights, () => 'A')).toBe('Median distance\nA: 0.512')
  })

  it('is sorted by the best model', () => {
    expect(bestValue(number)).toBe(0.8125)
    expect(bestValue({ ...number, better: 'lower' })).toBe(0.4125)
    expect(bestValue({ ...number, better: null })).toBe(0.8125)
  })
})
