import { topCount } from '#shared/readouts.ts'
import type { StoredFact } from '../workspace/index.ts'

const rounding = 1e-5

/**
 * Whether a prediction over all outputs clearly keeps the rules of `brokenRule`, without making objects of it: nearly all do. false says
 * nothing; `brokenRule` decides then.
 *
 * @param outputs number of the model's outputs
 * @param target index of the true class among them
 */
export function isPlainlySound(fact: StoredFact, outputs: number, target: number): boolean {
  const { predicted, confidence, trueRank, trueProbability, trueLogit, count, from, classes, probabilities } =
    fact
  if (count !== Math.min(topCount, outputs) || target < 0 || target >= outputs || trueRank === null)
    return false
  if (!(confidence >= 0 && confidence <= 1) || !hasSoundTop(fact, outputs)) return false
  if (classes[from] !== predicted || probabilities[from] !== Math.fround(confidence)) return false
  if (!Number.isInteger(trueRank) || trueRank < 1 || trueRank > outputs) return false
  if (fact.correct !== Number(predicted === target) || fact.correct !== Number(trueRank === 1)) return false
  if (trueLogit === null || Number.isNaN(trueLogit)) return false
  if (trueProbability === null || !(trueProbability >= 0 && trueProbability <= 1)) return false
  let listed = -1
  for (let place = 0; place < count; place++) if (classes[from + place] === target) listed = place
  const probability = Math.fround(trueProbability)
  if (trueRank <= count) return listed === trueRank - 1 && probabilities[from + listed] === probability
  return listed < 0 && probability <= (probabilities[from + count - 1] ?? 0)
}

/** Whether the likeliest classes are some of the outputs, each once, with descending probabilities whose sum is 1 at most. */
function hasSoundTop({ count, from, classes, probabilities }: StoredFact, outputs: number): boolean {
  let [sum, before] = [0, 1]
  for (let place = 0; place < count; place++) {
    const [index, probability] = [classes[from + place] ?? -1, probabilities[from + place] ?? -1]
    if (!(index >= 0 && index < outputs && probability >= 0 && probability <= before)) return false
    for (let other = 0; other < place; other++) if (classes[from + other] === index) return false
    sum += probability
    before = probability
  }
  return sum <= 1 + rounding
}
