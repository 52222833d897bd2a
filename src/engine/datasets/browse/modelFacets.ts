import type { FactOf, ModelFacets } from '#shared/contract/index.ts'
import { ofUnchangedModel, factKey } from '#shared/factText.ts'
import { correct, marginAt, missing, trueMarginAt, unjudged, wrong, type FactColumns } from './columns.ts'
import { binned, countsFor, tally, type CountsImage, type Pause } from './counts.ts'
import { flipOf, type Matched, type FilterContext } from './match.ts'

const mostPredicted = 200
const rankBuckets: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 5],
  [6, 10],
  [11, 50],
  [51, 0xffff],
]

const orNaN = (value: number | undefined) => (value === undefined || value < 0 ? Number.NaN : value)

/** Counts images by the facts of one model under one condition. */
export async function modelFacetsOf(
  shownFact: FactOf,
  matched: Matched,
  context: FilterContext,
  pause: Pause,
): Promise<ModelFacets> {
  const facts = context.facts(shownFact)
  const { n } = facts
  const countsOf = (facet: string) => countsFor(matched, `${facet}:${factKey(shownFact)}`)
  const states = tally(facts.state, 0, countsOf('outcome'))
  const [none = 0, bad = 0, good = 0, open = 0] = [
    states[missing],
    states[wrong],
    states[correct],
    states[unjudged],
  ]
  const histogram = async (facet: string, lo: number, valueAt: (at: number) => number) => {
    await pause()
    return binned(lo, 1, n, valueAt, countsOf(facet))
  }
  return {
    ...shownFact,
    measured: bad + good + open,
    correct: good,
    wrong: bad,
    unjudged: open,
    missing: none,
    confidence: await histogram('confidence', 0, (at) => orNaN(facts.confidence[at])),
    trueProbability: await histogram('trueProbability', 0, (at) => orNaN(facts.trueProbability[at])),
    margin: await histogram('margin', 0, (at) => marginAt(facts, at)),
    trueMargin: await histogram('trueMargin', -1, (at) => trueMarginAt(facts, at)),
    rank: await pause().then(() => ranksOf(facts, countsOf('rank'))),
    predicted: predictedOf(facts, countsOf('predicted')),
    flips:
      shownFact.conditionId === undefined && shownFact.changed === undefined
        ? null
        : flipsOf(shownFact, matched, context),
  }
}

function ranksOf({ rank, n }: FactColumns, counts: CountsImage): ModelFacets['rank'] {
  const found = rankBuckets.map(([min, max]) => ({ min, max, n: 0 }))
  const byRank = new Uint32Array(0x10000)
  for (let at = 0; at < n; at++) {
    const value = rank[at] ?? 0
    if (value > 0 && counts(at)) byRank[value] = (byRank[value] ?? 0) + 1
  }
  for (const bucket of found)
    bucket.n = byRank.subarray(bucket.min, bucket.max + 1).reduce((sum, count) => sum + count, 0)
  return found
}

function predictedOf({ predicted, state, n }: FactColumns, counts: CountsImage): ModelFacets['predicted'] {
  const found = new Map<number, number>()
  for (let at = 0; at < n; at++) {
    if (state[at] === missing || !counts(at)) continue
    const value = predicted[at] ?? -1
    found.set(value, (found.get(value) ?? 0) + 1)
  }
  return [...found]
    .filter(([value]) => value >= 0)
    .map(([value, n]) => ({ value, n }))
    .sort((a, b) => b.n - a.n || a.value - b.value)
    .slice(0, mostPredicted)
}

function flipsOf(shownFact: FactOf, matched: Matched, context: FilterContext): ModelFacets['flips'] {
  const [before, after] = [context.facts(ofUnchangedModel(shownFact)), context.facts(shownFact)]
  const counts = countsFor(matched, `flips:${factKey(shownFact)}`)
  const found = { lost: 0, gained: 0, kept: 0, never: 0 }
  for (let at = 0; at < after.n; at++) {
    const flip = counts(at) ? flipOf(before, after, at) : null
    if (flip) found[flip]++
  }
  return found
}
