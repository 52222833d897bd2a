import { describe, expect, it } from 'vitest'
import type { StudyCondition, StudyResult } from '#shared/contract/index.ts'
import {
  baselineOf,
  findCell,
  formatCellRef,
  isUntested,
  parseCellRef,
  partlyTested,
  repeatsOf,
  testsOf,
  winnerOf,
} from '../../../src/renderer/features/studies/cell/cell.ts'
import { droppedWords } from '../../words.ts'

const cell = (modelId: number, percent: number, repeat: number): StudyCondition => ({
  modelId,
  model: `model ${modelId}`,
  key: `percent=${percent},repeat=${repeat}`,
  params: { percent, repeat },
  conditionIds: [modelId],
  ...droppedWords(percent, repeat),
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
})
const result: StudyResult = {
  studyId: 1,
  state: 'complete',
  complete: true,
  answers: { measured: 0, failed: 0, of: 0 },
  axis: 'Dropped (%)',
  conditions: [1, 2].flatMap((m) => [cell(m, 0, 0), cell(m, 50, 0), cell(m, 50, 1)]),
  tests: [
    {
      key: 'percent=50,repeat=1',
      a: 1,
      b: 2,
      onlyA: 2,
      onlyB: 9,
      n: 10,
      p: 0.03,
      adjusted: 0.04,
      difference: -0.7,
      interval: null,
    },
  ],
  tables: [],
  figures: [],
  reported: [],
  failures: [],
  provenance: [],
}
const chosen = findCell(result, parseCellRef('2|percent=50,repeat=1'))

describe('a cell behind a point', () => {
  it('is found by its reference', () => {
    expect(chosen).toMatchObject({ modelId: 2, key: 'percent=50,repeat=1' })
    expect(chosen && formatCellRef(chosen)).toBe('2|percent=50,repeat=1')
    expect(parseCellRef('channel:4')).toBeNull()
    expect(parseCellRef(undefined)).toBeNull()
    // Until blocks were counted from 1 everywhere.
    expect(parseCellRef('2|block=0')).toEqual({ modelId: 2, key: 'without=1' })
  })

  it('knows its baseline and its repeats', () => {
    expect(chosen && baselineOf(result, chosen)?.key).toBe('percent=0,repeat=0')
    const clean = findCell(result, { modelId: 1, key: 'percent=0,repeat=0' })
    expect(clean && baselineOf(result, clean)).toBeNull()
    expect(chosen && repeatsOf(result, chosen).map((c) => c.key)).toEqual([
      'percent=50,repeat=0',
      'percent=50,repeat=1',
    ])
  })

  it('of a lesion study knows the other subsets of its size', () => {
    const subset = (n: number, sample: number): StudyCondition => ({
      ...cell(1, 0, 0),
      key: `n=${n},sample=${sample}`,
      level: `n=${n}`,
      params: { kind: 'subset', sample, n, proportion: n / 5, blocks: String(sample) },
    })
    const single = {
      ...subset(1, 0),
      key: 'without=1',
      level: 'without=1',
      params: { kind: 'single', block: 0, n: 1, blocks: '0' },
    }
    const first = subset(1, 0)
    const lesion = { ...result, conditions: [first, subset(1, 1), subset(2, 0), single] }
    expect(repeatsOf(lesion, first).map((c) => c.key)).toEqual(['n=1,sample=0', 'n=1,sample=1'])
    expect(repeatsOf(lesion, single).map((c) => c.key)).toEqual(['without=1'])
  })

  it('knows whether its condition is beyond the tested ones', () => {
    expect(partlyTested(result)).toBeNull()
    const conditions = [1, 2].flatMap((m) => Array.from({ length: 45 }, (_, at) => cell(m, at, 0)))
    const long = { ...result, conditions }
    expect(partlyTested(long)).toEqual({ tested: 40, of: 45 })
    expect(conditions.slice(0, 45).filter((c) => isUntested(long, c))).toHaveLength(5)
    expect(isUntested({ ...long, conditions: conditions.slice(0, 45) }, cell(1, 44, 0))).toBe(false)
  })

  it('gives paired tests from the side of its model', () => {
    expect(chosen && testsOf(result, chosen)).toEqual([
      { other: 1, onlyOwn: 9, onlyOther: 2, n: 10, p: 0.03, adjusted: 0.04 },
    ])
  })

  it('names the better model only where the test decides', () => {
    const [test] = result.tests
    expect(test && winnerOf(test)).toBe(2)
    expect(test && winnerOf({ ...test, adjusted: 0.2 })).toBeNull()
  })
})
