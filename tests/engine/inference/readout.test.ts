import { describe, expect, it } from 'vitest'
import { factsOf, factsUnder } from '#engine/inference/index.ts'
import { allOutputs } from '#shared/readouts.ts'

const z = Float32Array.from([1, 5, 2, 4, 3, 0])
const under = (readout: Parameters<typeof factsUnder>[0]['readout'], target: number, outputs = z) =>
  factsUnder({ readout, targets: Int32Array.of(target) }, outputs, 1, outputs.length, false)

const softmaxOf = (values: number[], of: number) => {
  const total = values.reduce((sum, value) => sum + Math.exp(value), 0)
  return Math.exp(of) / total
}

describe('a readout', () => {
  it('by all outputs gives the plain facts', () => {
    expect(under(allOutputs, 3)).toEqual(factsOf(z, 1, 6, Int32Array.of(3), false))
  })

  it('by a subset predicts one of its outputs, with a softmax over them, in indices of all outputs', () => {
    const facts = under({ op: 'subset', indices: [0, 2, 4], truth: true }, 4)
    expect(facts.predicted[0]).toBe(4)
    expect(facts.correct[0]).toBe(1)
    expect(facts.trueRank[0]).toBe(1)
    expect([...facts.topClasses]).toEqual([4, 2, 0, -1, -1])
    expect(facts.confidence[0]).toBeCloseTo(softmaxOf([1, 2, 3], 3), 12)
  })

  it('counts a true class outside the subset as wrong, without a rank', () => {
    const facts = under({ op: 'subset', indices: [0, 2, 4], truth: true }, 1)
    expect(facts.correct[0]).toBe(0)
    expect(facts.trueRank[0]).toBe(0)
  })

  it.each(['max', 'logsumexp'] as const)(
    'by groups predicts the group with the largest %s, beyond the paper',
    (pool) => {
      // The highest output (1) is in no group. Two medium outputs beat a high one only by their sum.
      const indices = [[3], [2, 4], []]
      const groups = indices.map((members, place) => ({ name: String(place), indices: members }))
      const z = [1, 5, 3.9, 4, 3.8, 0]
      const outputs = Float32Array.from(z)
      const facts = under({ op: 'groups', groups, pool }, 1, outputs)
      const group = pool === 'max' ? 0 : 1
      expect(facts.correct[0]).toBe(group)
      expect(facts.predicted[0]).toBe(group === 1 ? 2 : 3)
      const scores = pool === 'max' ? [4, 3.9] : [4, Math.log(Math.exp(3.9) + Math.exp(3.8))]
      expect(facts.trueProbability[0]).toBeCloseTo(softmaxOf(scores, scores[1] ?? 0), 6)
      // Outputs that are already probabilities give the same answer by their logarithms.
      const shares = Float32Array.from(z.map((value) => softmaxOf(z, value)))
      const again = factsUnder(
        { readout: { op: 'groups', groups, pool }, targets: Int32Array.of(1) },
        ...([shares, 1, 6, true] as const),
      )
      expect(again.predicted[0]).toBe(facts.predicted[0])
      expect(again.confidence[0]).toBeCloseTo(facts.confidence[0] ?? 0, 5)
      // A group without outputs is never predicted; an output that is not finite makes the answer wrong.
      expect(under({ op: 'groups', groups, pool }, 2, outputs).correct[0]).toBe(0)
      expect(
        under({ op: 'groups', groups, pool }, 1, Float32Array.from([Number.NaN, ...z.slice(1)])).flagged[0],
      ).toBe(1)
    },
  )

  it('by groups predicts the group with the largest mean probability', () => {
    const groups = [
      { name: 'many', indices: [0, 1, 2] },
      { name: 'one', indices: [3] },
    ]
    // The sum and the maximum of the first group are larger, its mean is not.
    const z = [2, 1.9, -4, 1.8, 3]
    const facts = under({ op: 'groups', groups, pool: 'mean' }, 1, Float32Array.from(z))
    const p = z.map((value) => softmaxOf(z, value))
    const means = [((p[0] ?? 0) + (p[1] ?? 0) + (p[2] ?? 0)) / 3, p[3] ?? 0]
    expect(means[1]).toBeGreaterThan(means[0] ?? 1)
    expect(facts.correct[0]).toBe(1)
    expect(facts.predicted[0]).toBe(3)
    expect(facts.confidence[0]).toBeCloseTo((means[1] ?? 0) / ((means[0] ?? 0) + (means[1] ?? 0)), 6)
    const equal = under({ op: 'groups', groups, pool: 'mean' }, 1, Float32Array.from([1, 1, 1, 1, 0]))
    expect(equal.correct[0]).toBe(0)
  })

  it('by groups takes the group of the highest of all outputs', () => {
    const groups = [
      { name: 'low', indices: [0, 2] },
      { name: 'high', indices: [1, 3] },
    ]
    const right = under({ op: 'groups', groups }, 1)
    expect(right.predicted[0]).toBe(1)
    expect(right.correct[0]).toBe(1)
    expect(right.trueRank[0]).toBe(1)
    expect(right.trueProbability[0]).toBeCloseTo(softmaxOf([...z], 5) + softmaxOf([...z], 4), 12)
    const wrong = under({ op: 'groups', groups }, 0)
    expect(wrong.correct[0]).toBe(0)
    expect(wrong.trueRank[0]).toBe(4)
    expect(under({ op: 'groups', groups }, -1).correct[0]).toBe(-1)
  })

  it('is wrong where an output is not finite, even one outside the subset', () => {
    const broken = Float32Array.from([1, Number.NaN, 2])
    const facts = under({ op: 'subset', indices: [0, 2], truth: true }, 2, broken)
    expect(facts.flagged[0]).toBe(1)
    expect(facts.correct[0]).toBe(0)
    const groups = under({ op: 'groups', groups: [{ name: 'a', indices: [2] }] }, 0, broken)
    expect(groups.flagged[0]).toBe(1)
    expect(groups.correct[0]).toBe(0)
  })

  it('renormalises outputs that are probabilities already', () => {
    const shares = Float32Array.from([0.5, 0.25, 0.25])
    const facts = factsUnder(
      { readout: { op: 'subset', indices: [1, 2], truth: true }, targets: Int32Array.of(2) },
      shares,
      1,
      3,
      true,
    )
    expect(facts.predicted[0]).toBe(1)
    expect(facts.confidence[0]).toBeCloseTo(0.5, 12)
    expect(facts.trueRank[0]).toBe(2)
  })
})
