import { describe, expect, it } from 'vitest'
import type { BundleVerdict } from '#shared/contract/index.ts'
import { describeVerdict } from '../../src/cli/verdict.ts'

const verdict: BundleVerdict = {
  verdict: 'agrees',
  parts: [],
  signature: { state: 'none', detail: 'It is not signed.', key: null, signer: null, namedIn: null },
  file: { name: 'study.zip', bytes: 1, sha256: '' },
  facts: 0,
  measurements: 0,
  asked: 64,
  sampled: 0,
  seed: 7,
  tolerance: 0.001,
  checked: 0,
  identical: 0,
  largest: 0,
  disagreeing: [],
  measured: { sampled: 0, checked: 0, identical: 0, largest: 0, disagreeing: [] },
  unchecked: [],
  storedOn: [],
  checkedOn: [],
}
const said = (found: Partial<BundleVerdict>) =>
  describeVerdict({ ...verdict, ...found })
    .trimEnd()
    .split('\n')

describe('the verdict on a bundle', () => {
  it('describes only tables where the bundle has nothing else', () => {
    expect(
      said({ measured: { sampled: 31, checked: 31, identical: 30, largest: 0.0002, disagreeing: [] } }),
    ).toEqual([
      'It agrees.',
      'Of 31 rows of tables that are read from models alone, 31 were read again; 30 are equal to the last bit, the largest difference is 0.00020 of the largest number of its column (at most 0.001).',
    ])
  })

  it('describes facts and vectors, and the runtime they were computed on', () => {
    expect(
      said({
        facts: 3200,
        sampled: 64,
        checked: 64,
        identical: 64,
        measurements: 16,
        measured: { sampled: 16, checked: 0, identical: 0, largest: 0, disagreeing: [] },
        unchecked: [{ reason: 'the image is not at hand', n: 16 }],
        storedOn: ['cuda, float32, ONNX Runtime 1.23'],
        checkedOn: ['cpu'],
      }),
    ).toEqual([
      'It agrees.',
      expect.stringMatching(/^Of 3.?200 facts, 64 were drawn \(seed 7\) and 64 computed again\.$/),
      '64 are equal to the last bit; the largest difference of a probability is 0.0 (at most 0.001 is let pass).',
      'Of 16 measured vectors, 16 were drawn (seed 7) and 0 computed again.',
      'Stored on cuda, float32, ONNX Runtime 1.23; computed again on cpu.',
      'Not checked, 16: the image is not at hand.',
    ])
  })

  it('does not name a runtime that computed nothing', () => {
    expect(
      said({ verdict: 'unchecked', facts: 5, sampled: 5, storedOn: ['cpu, float32, ONNX Runtime 1.23'] }),
    ).toEqual([
      'Nothing could be checked.',
      'Of 5 facts, 5 were drawn (seed 7) and 0 computed again.',
      'Stored on cpu, float32, ONNX Runtime 1.23.',
    ])
  })

  it('names the column of a cell, and the index of a number, that do not agree', () => {
    const away = { model: 'Net', image: null, place: 2 }
    const { disagreeing, ...counts } = verdict.measured
    const lines = said({
      verdict: 'disagrees',
      measured: {
        ...counts,
        disagreeing: [
          ...disagreeing,
          { ...away, what: 'Distances, row 1', column: 'Weight', stored: 'a', found: 'b' },
          { ...away, what: 'variance', image: 'c'.repeat(64), column: null, stored: 1, found: null },
        ],
      },
    })
    expect(lines).toEqual([
      'It does not agree.',
      'Net, Distances, row 1, Weight: stored a, found b',
      'Net, variance of cccccccccccc, number 3: stored 1, found none',
    ])
  })

  it('names parts by how they were checked, and places that differ with both values', () => {
    const part = (name: string, how: 'derived' | 'read' | 'differs', detail = '') => ({
      ...{ part: name, how, detail, differences: [], differing: 0 },
    })
    const lines = said({
      verdict: 'disagrees',
      parts: [
        part('README.txt', 'derived'),
        part('images.csv', 'derived'),
        part('model Net', 'read', 'its file is not at hand'),
        {
          ...part('study.json', 'differs'),
          differences: [{ where: 'complete', stored: true, found: false }],
          differing: 2,
        },
      ],
    })
    expect(lines.slice(1, 5)).toEqual([
      'Derived again: README.txt, images.csv.',
      'Only read: model Net (its file is not at hand).',
      'Differs: study.json, complete: stored true, should be false.',
      'Differs: study.json, at 1 more places.',
    ])
  })
})
