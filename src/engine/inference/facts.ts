import { topCount } from '#shared/readouts.ts'

/**
 * Facts of a batch of outputs, one entry per row. A `flagged` row has a logit that is not finite and counts as wrong.
 * Probabilities are softmax in float64 with the maximum subtracted. Ties go to the lowest class index.
 */
export interface Facts {
  rows: number
  predicted: Int32Array
  /** 1: correct, 0: wrong, -1: the true class is not known. */
  correct: Int8Array
  /** Rank of the true class by output: 1 is the highest, 0 means that the true class is not known. */
  trueRank: Int32Array
  confidence: Float64Array
  trueProbability: Float64Array
  trueLogit: Float64Array
  flagged: Uint8Array
  /** The five classes of each row with the highest outputs, in descending order; -1 beyond the number of classes. */
  topClasses: Int32Array
  topProbabilities: Float32Array
}

export function emptyFacts(rows: number): Facts {
  return {
    rows,
    predicted: new Int32Array(rows).fill(-1),
    correct: new Int8Array(rows),
    trueRank: new Int32Array(rows),
    confidence: new Float64Array(rows),
    trueProbability: new Float64Array(rows),
    trueLogit: new Float64Array(rows),
    flagged: new Uint8Array(rows),
    topClasses: new Int32Array(rows * topCount).fill(-1),
    topProbabilities: new Float32Array(rows * topCount),
  }
}

/**
 * Computes facts from outputs [rows, classes] and true classes [rows] (-1: not known).
 *
 * @param probabilities whether the outputs are already probabilities
 */
export function factsOf(
  outputs: Float32Array,
  rows: number,
  classes: number,
  targets: Int32Array,
  probabilities: boolean,
): Facts {
  const facts = emptyFacts(rows)
  for (let row = 0; row < rows; row++) {
    readRow(
      outputs.subarray(row * classes, (row + 1) * classes),
      row,
      targets[row] ?? -1,
      probabilities,
      facts,
    )
  }
  return facts
}

function readRow(z: Float32Array, row: number, target: number, probabilities: boolean, facts: Facts): void {
  const known = target >= 0 && target < z.length
  if (!z.every(Number.isFinite)) {
    facts.flagged[row] = 1
    facts.correct[row] = target < 0 ? -1 : 0
    facts.trueRank[row] = known ? z.length : 0
    return
  }
  const max = z.reduce((a, b) => Math.max(a, b), -Infinity)
  let sum = 0
  for (const v of z) sum += probabilities ? v : Math.exp(v - max)
  const probability = (k: number) => (probabilities ? (z[k] ?? 0) : Math.exp((z[k] ?? 0) - max)) / sum
  const top = topOf(z)
  const best = top[0] ?? -1
  facts.predicted[row] = best
  facts.confidence[row] = probability(best)
  for (const [place, k] of top.entries()) {
    facts.topClasses[row * topCount + place] = k
    facts.topProbabilities[row * topCount + place] = probability(k)
  }
  facts.correct[row] = target < 0 ? -1 : Number(best === target)
  if (!known) return
  facts.trueProbability[row] = probability(target)
  facts.trueLogit[row] = z[target] ?? 0
  facts.trueRank[row] = rankOf(z, target)
}

/** Indices of the five largest values in descending order. Ties go to the lower index. */
function topOf(z: Float32Array): number[] {
  const top: number[] = []
  for (let k = 0; k < z.length; k++) {
    const value = z[k] ?? -Infinity
    let place = top.length
    while (place > 0 && value > (z[top[place - 1] ?? 0] ?? -Infinity)) place--
    if (place >= topCount) continue
    top.splice(place, 0, k)
    if (top.length > topCount) top.pop()
  }
  return top
}

/** Rank of an output, from 1 for the highest. Ties go to the lower index. */
export function rankOf(z: Float32Array, target: number): number {
  const value = z[target] ?? -Infinity
  let rank = 1
  for (let k = 0; k < z.length; k++) {
    const other = z[k] ?? -Infinity
    if (other > value || (other === value && k < target)) rank++
  }
  return rank
}
