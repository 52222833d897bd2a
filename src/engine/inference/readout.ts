import { softmax } from '#shared/maths/logits.ts'
import { topCount, type Readout } from '#shared/readouts.ts'
import { factsOf, rankOf, type Facts } from './facts.ts'

/** A readout and the true answer of each row: an output index, for a readout by groups a group's index, or -1. */
export interface Reading {
  readout: Readout
  targets: Int32Array
}

/** Facts of outputs [rows, classes] under a readout; see `factsOf`. Class indices always count all outputs. */
export function factsUnder(
  { readout, targets }: Reading,
  outputs: Float32Array,
  rows: number,
  classes: number,
  probabilities: boolean,
): Facts {
  const batch = { outputs, rows, classes, targets, probabilities }
  switch (readout.op) {
    case 'all':
      return factsOf(outputs, rows, classes, targets, probabilities)
    case 'subset':
      return subsetFacts(
        batch,
        readout.indices.filter((k) => k < classes),
      )
    case 'groups':
      return (readout.pool ? pooledFacts(readout.pool) : groupFacts)(
        batch,
        readout.groups.map(({ indices }) => indices.filter((k) => k < classes)),
      )
  }
}

interface OutputBatch {
  outputs: Float32Array
  rows: number
  classes: number
  targets: Int32Array
  probabilities: boolean
}

/** Argmax and softmax over the chosen outputs alone. A true class outside them is always wrong and has no rank. */
function subsetFacts(
  { outputs, rows, classes, targets, probabilities }: OutputBatch,
  indices: readonly number[],
): Facts {
  const places = new Map(indices.map((k, place) => [k, place]))
  const chosen = new Float32Array(rows * indices.length)
  const local = new Int32Array(rows).fill(-1)
  for (let row = 0; row < rows; row++) {
    const all = outputs.subarray(row * classes, (row + 1) * classes)
    // One output that is not finite makes the answer wrong, even outside the subset.
    const finite = all.every(Number.isFinite)
    for (const [k, place] of places)
      chosen[row * indices.length + place] = finite ? (all[k] ?? 0) : Number.NaN
    const target = targets[row] ?? -1
    if (target >= 0) local[row] = places.get(target) ?? indices.length
  }
  const facts = factsOf(chosen, rows, indices.length, local, probabilities)
  const back = (place: number) => indices[place] ?? -1
  facts.predicted = facts.predicted.map(back)
  facts.topClasses = facts.topClasses.map(back)
  return facts
}

/**
 * The prediction is that of all outputs. It is correct where it belongs to the true group. Rank and logit are those of the
 * group's highest output, the probability is the sum over the group.
 */
function groupFacts(
  { outputs, rows, classes, targets, probabilities }: OutputBatch,
  groups: readonly number[][],
): Facts {
  const facts = factsOf(outputs, rows, classes, new Int32Array(rows).fill(-1), probabilities)
  for (let row = 0; row < rows; row++) {
    const target = targets[row] ?? -1
    if (target < 0) continue
    const members = groups[target] ?? []
    const z = outputs.subarray(row * classes, (row + 1) * classes)
    facts.correct[row] = Number(members.includes(facts.predicted[row] ?? -1))
    if (facts.flagged[row] || members.length === 0) continue
    const best = members.reduce((a, b) => ((z[b] ?? 0) > (z[a] ?? 0) ? b : a))
    facts.trueRank[row] = rankOf(z, best)
    facts.trueLogit[row] = z[best] ?? 0
    const shares = probabilities ? z : softmax(z)
    facts.trueProbability[row] = members.reduce((sum, k) => sum + (shares[k] ?? 0), 0)
  }
  return facts
}

/**
 * The prediction is the group with the largest pooled output; of equal ones the first. `predicted` and the top five are the highest
 * outputs of their groups. Probabilities are a softmax over the groups: for "mean" the mean probabilities over their sum. A group
 * without outputs is never predicted.
 */
const pooledFacts =
  (pool: 'max' | 'logsumexp' | 'mean') =>
  ({ outputs, rows, classes, targets, probabilities }: OutputBatch, groups: readonly number[][]): Facts => {
    const used = groups
      .map((members, place) => ({ members, place }))
      .filter(({ members }) => members.length > 0)
    const placeOf = new Map(used.map(({ place }, local) => [place, local]))
    const scores = new Float32Array(rows * used.length)
    const best = new Int32Array(rows * used.length)
    for (let row = 0; row < rows; row++) {
      const all = outputs.subarray(row * classes, (row + 1) * classes)
      const finite = all.every(Number.isFinite)
      for (const [local, { members }] of used.entries()) {
        const z = (k: number) => (probabilities ? Math.log(all[k] ?? 0) : (all[k] ?? 0))
        const top = members.reduce((a, b) => (z(b) > z(a) ? b : a))
        const rest = members.reduce((sum, k) => sum + Math.exp(z(k) - z(top)), 0)
        best[row * used.length + local] = top
        // The log of the mean probability but for the log of the sum over all outputs, which is the same for every group.
        const size = pool === 'mean' ? members.length : 1
        const score = pool === 'max' ? z(top) : z(top) + Math.log(rest / size)
        scores[row * used.length + local] = finite ? score : Number.NaN
      }
    }
    const local = targets.map((target) => (target < 0 ? -1 : (placeOf.get(target) ?? used.length)))
    const facts = factsOf(scores, rows, used.length, local, false)
    const bestOf = (row: number, place: number) => (place < 0 ? -1 : (best[row * used.length + place] ?? -1))
    facts.predicted = facts.predicted.map((place, row) => bestOf(row, place))
    facts.topClasses = facts.topClasses.map((place, i) => bestOf(Math.floor(i / topCount), place))
    return facts
  }
