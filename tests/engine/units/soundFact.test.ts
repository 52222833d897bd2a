import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brokenRule } from '#engine/bundles/index.ts'
import { toPrediction } from '#engine/facts/index.ts'
import { isPlainlySound } from '#engine/units/soundFact.ts'
import type { StoredFact } from '#engine/workspace/index.ts'
import { allOutputs } from '#shared/readouts.ts'

const outputs = 8

/** A prediction of the outputs (logits) of a model, as `factsUnder` makes it. */
function factOf(logits: readonly number[], target: number): StoredFact {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)))
  const sum = powers.reduce((a, b) => a + b)
  const order = logits.map((_, at) => at).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b)
  const probability = (at: number) => (powers[at] ?? 0) / sum
  const [first = 0] = order
  const rank = order.indexOf(target) + 1
  return {
    predicted: first,
    correct: Number(rank === 1),
    trueRank: rank,
    confidence: probability(first),
    trueProbability: probability(target),
    trueLogit: logits[target] ?? 0,
    count: 5,
    from: 0,
    classes: order.slice(0, 5),
    probabilities: order.slice(0, 5).map((at) => Math.fround(probability(at))),
  }
}

const logits = fc.array(fc.float({ min: -5, max: 5, noNaN: true }), {
  minLength: outputs,
  maxLength: outputs,
})
const target = fc.integer({ min: 0, max: outputs - 1 })
const number = fc.oneof(fc.constantFrom(-1, 0, 1, 2, 5, 0.5, 9, NaN), fc.double())

it('predictions of a model are plainly sound', () => {
  fc.assert(
    fc.property(logits, target, (all, truth) => isPlainlySound(factOf(all, truth), outputs, truth)),
    { numRuns: 300 },
  )
})

it('what is plainly sound breaks no rule', () => {
  const change = fc.record(
    {
      predicted: number,
      correct: fc.constantFrom(0, 1, null),
      trueRank: fc.option(number),
      confidence: number,
      trueProbability: fc.option(number),
      trueLogit: fc.option(number),
      count: fc.integer({ min: 0, max: 5 }),
      classes: fc.array(fc.integer({ min: -1, max: 9 }), { minLength: 5, maxLength: 5 }),
      probabilities: fc.array(number, { minLength: 5, maxLength: 5 }),
    },
    { requiredKeys: [] },
  )
  let changed = 0
  fc.assert(
    fc.property(logits, target, target, change, (all, made, truth, other) => {
      const fact = { ...factOf(all, made), ...other }
      const broken = brokenRule(toPrediction(fact), { outputs, readout: allOutputs, target: truth })
      if (broken) changed++
      expect(broken && isPlainlySound(fact, outputs, truth)).toBeFalsy()
    }),
    { numRuns: 2000 },
  )
  expect(changed).toBeGreaterThan(500)
})
