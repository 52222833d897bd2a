import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { align, bagOverlap } from '../../../src/renderer/features/compare/align.ts'

const equal = (a: string, b: string) =>
  align(a.length, b.length, (i, j) => (a[i] === b[j] ? 1 : 0))
    .map((pair) => `${pair.a === null ? '-' : a[pair.a]}${pair.b === null ? '-' : b[pair.b]}`)
    .join(' ')

/** Length of the longest common subsequence by its recurrence, which the score of equal letters must give. */
function commonLength(a: string, b: string): number {
  if (a === '' || b === '') return 0
  if (a[0] === b[0]) return 1 + commonLength(a.slice(1), b.slice(1))
  return Math.max(commonLength(a.slice(1), b), commonLength(a, b.slice(1)))
}

describe('aligning two sequences', () => {
  it('pairs equal elements and leaves out the others', () => {
    expect(equal('abcd', 'abd')).toBe('aa bb c- dd')
    expect(equal('', 'ab')).toBe('-a -b')
    expect(equal('abc', 'xyz').split(' ')).toHaveLength(6)
  })

  it('pairs repeats from the beginning, so the longer run is longer at its end', () => {
    expect(equal('sbbe', 'sbbbbe')).toBe('ss bb bb -b -b ee')
    expect(equal('bbbb', 'bb')).toBe('bb bb b- b-')
  })

  it('takes the pairing with the largest sum, not the most pairs', () => {
    const scores = [
      [0.3, 1],
      [0, 0.3],
    ]
    expect(align(2, 2, (i, j) => scores[i]![j]!)).toEqual([
      { a: null, b: 0 },
      { a: 0, b: 1 },
      { a: 1, b: null },
    ])
  })

  it('never pairs elements with a score of 0', () => {
    expect(align(2, 2, () => -1).some(({ a, b }) => a !== null && b !== null)).toBe(false)
  })

  it('has every place once, in order, and is a longest common subsequence for equal letters', () => {
    const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((letters) => letters.join(''))
    fc.assert(
      fc.property(word, word, (a, b) => {
        const pairs = align(a.length, b.length, (i, j) => (a[i] === b[j] ? 1 : 0))
        expect(pairs.flatMap((pair) => pair.a ?? [])).toEqual([...a].map((_, i) => i))
        expect(pairs.flatMap((pair) => pair.b ?? [])).toEqual([...b].map((_, j) => j))
        const paired = pairs.filter((pair) => pair.a !== null && pair.b !== null)
        expect(paired.length).toBe(commonLength(a, b))
      }),
      { numRuns: 200 },
    )
  })
})

it('measures the overlap of two multisets', () => {
  expect(bagOverlap(['x', 'x', 'y'], ['x', 'y', 'z'])).toBeCloseTo(4 / 6, 12)
  expect(bagOverlap([], [])).toBe(1)
  expect(bagOverlap(['x'], [])).toBe(0)
})
