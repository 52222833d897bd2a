import { describe, expect, it } from 'vitest'
import type { Study, StudyResult } from '#shared/contract/index.ts'
import { describeResult, resultDocument } from '../../src/cli/result.ts'
import { wordsFor } from '../words.ts'

const study: Study = {
  id: 3,
  kind: 'clean-accuracy',
  title: 'Clean',
  params: {},
  modelIds: [1],
  datasetId: 1,
  sample: null,
  createdAt: 0,
  job: null,
}

const cell: StudyResult['conditions'][number] = {
  modelId: 1,
  model: 'Net',
  key: 'clean',
  params: {},
  conditionIds: [1],
  ...wordsFor('clean', { baseline: true }),
  attacked: false,
  unchangedModel: true,
  n: 10,
  correct: 7,
  correct5: 9,
  top1: 0.7,
  top5: 0.9,
  interval: { lo: 0.397, hi: 0.892, level: 0.95 },
  failed: 2,
  missing: 0,
}

const result: StudyResult = {
  studyId: 3,
  state: 'incomplete',
  complete: false,
  answers: { measured: 3, failed: 1, of: 10 },
  axis: null,
  conditions: [cell],
  tests: [],
  tables: [],
  figures: [],
  reported: [{ model: 'ViT', text: 'top-1', value: 84, unit: '%', source: 'Table 6' }],
  failures: [
    {
      modelId: 1,
      code: 'IMAGE_UNREADABLE',
      message: 'a\u001b.png is cut short',
      hint: '',
      n: 2,
      imageIds: [4, 5],
    },
  ],
  provenance: ['Seed 0.'],
}

describe('a result as text', () => {
  it('has the conditions with intervals, failures and their reasons, the paper’s values, and the provenance', () => {
    expect(describeResult(study, result)).toBe(
      [
        'study 3: Clean (incomplete: 3 of 10 measured, 1 failure)',
        '',
        'Model  Condition   n  Right   Top-1          95 %   Top-5  Failed',
        'Net    clean      10      7  70.0 %  [39.7, 89.2]  90.0 %       2',
        '',
        'Not measured:',
        'Net: 2 × IMAGE_UNREADABLE, first: a?.png is cut short',
        '',
        'The paper:',
        'Table 6: ViT, top-1, 84 %',
        '',
        'Seed 0.',
        '',
      ].join('\n'),
    )
  })

  it('does not mention failures where there are none', () => {
    const text = describeResult(study, {
      ...result,
      failures: [],
      conditions: [{ ...cell, failed: 0 }],
    })
    expect(text).not.toMatch(/Failed|Not measured|not complete/)
  })

  it('leaves out conditions of studies that have only tables', () => {
    const table = {
      id: 't',
      title: 'Distances',
      columns: [{ key: 'a', title: 'A', kind: 'integer' as const }],
      rows: [{ a: 5 }],
    }
    expect(describeResult(study, { ...result, conditions: [], tables: [table] })).not.toContain(
      'nothing measured yet',
    )
    expect(describeResult(study, { ...result, conditions: [] })).toContain('nothing measured yet')
    const answers = { measured: 0, failed: 0, of: 10 }
    const empty = describeResult(study, { ...result, answers, conditions: [], tables: [table] })
    expect(empty).toContain('nothing measured yet')
    expect(empty).not.toContain('Distances')
  })
})

describe('a result as JSON', () => {
  it('has only the ids of figures, and the state of the job', () => {
    expect(resultDocument(study, result)).toMatchObject({
      study: { id: 3, state: null },
      failures: result.failures,
      figures: [],
    })
  })
})
