import {
  errorCode,
  type FactOf,
  type Histogram,
  type ImageFacets,
  type ImageFilter,
  type ModelFacets,
} from '#shared/contract/index.ts'
import { correct, marginAt, missing, trueMarginAt, unjudged, wrong, type FactColumns } from './columns.ts'
import { factKey, flipOf, match, type Matched, type Shelf } from './match.ts'

const bins = 20
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

/** Says for a facet whether an image counts: it passes everything but that facet. */
type Counts = (at: number) => boolean

function countsFor({ fails, failed, facets }: Matched, facet: string): Counts {
  const place = facets.indexOf(facet)
  if (place < 0) return (at) => fails[at] === 0
  return (at) => fails[at] === 0 || (fails[at] === 1 && failed[at] === place)
}

/** Counts of every facet under a filter; of facts those of `looks`. */
export function facetsOf(
  filter: ImageFilter,
  looks: readonly FactOf[],
  tags: readonly string[],
  shelf: Shelf,
): ImageFacets {
  const { images } = shelf
  const matched = match(filter, shelf)
  const count = (facet: string, test: (at: number) => boolean = () => true) => {
    const counts = countsFor(matched, facet)
    let found = 0
    for (let at = 0; at < images.n; at++) if (counts(at) && test(at)) found++
    return found
  }
  const byClass = tally(images.classIndex, 1, countsFor(matched, 'class'))
  const byPart = tally(images.part, 0, countsFor(matched, 'part'))
  const byProblem = tally(images.problem, 0, countsFor(matched, 'error'))
  const noted = shelf.noted()
  return {
    images: count(''),
    classes: entries(byClass.slice(1), (value) => value),
    unlabelled: byClass[0] ?? 0,
    parts: entries(byPart, (place) => images.parts[place] ?? '').filter(({ value }) => value !== ''),
    readable: byProblem[0] ?? 0,
    errors: entries(byProblem, (place) => errorCode.safeParse(images.problems[place]).data ?? null).flatMap(
      ({ value, n }) => (value === null ? [] : [{ value, n }]),
    ),
    tags: tags.map((value) => {
      const mask = shelf.tagged(value)
      // All tags of a filter must hold: another one narrows what they leave.
      return { value, n: count('', (at) => mask[at] === 1) }
    }),
    noted: count('noted', (at) => noted[at] === 1),
    width: spread(images.width, images.n, countsFor(matched, 'width')),
    height: spread(images.height, images.n, countsFor(matched, 'height')),
    bytes: spread(images.bytes, images.n, countsFor(matched, 'bytes')),
    models: looks.map((look) => modelFacetsOf(look, matched, shelf)),
    agreement: agreementOf(looks, matched, shelf),
  }
}

/** Counts by value + `offset`. */
function tally(column: Int32Array | Uint16Array | Uint8Array, offset: number, counts: Counts): number[] {
  let largest = -offset
  for (const value of column) if (value > largest) largest = value
  const found = new Array<number>(largest + offset + 1).fill(0)
  for (let at = 0; at < column.length; at++) {
    const value = (column[at] ?? 0) + offset
    if (counts(at)) found[value] = (found[value] ?? 0) + 1
  }
  return found
}

const entries = <T>(counts: readonly number[], value: (place: number) => T): { value: T; n: number }[] =>
  counts.flatMap((n, place) => (n > 0 ? [{ value: value(place), n }] : []))

/** Histogram from the smallest to the largest value of all images, so that it stands still while filters change. */
function spread(column: Uint32Array, n: number, counts: Counts): Histogram {
  let [lo, hi] = [Infinity, 0]
  for (let at = 0; at < n; at++) {
    const value = column[at] ?? 0
    if (value === 0) continue
    if (value < lo) lo = value
    if (value > hi) hi = value
  }
  if (hi === 0) return { lo: 0, hi: 0, bins: [] }
  return binned(lo, hi, n, (at) => ((column[at] ?? 0) === 0 ? Number.NaN : (column[at] ?? 0)), counts)
}

function binned(
  lo: number,
  hi: number,
  n: number,
  valueAt: (at: number) => number,
  counts: Counts,
): Histogram {
  const found = new Array<number>(bins).fill(0)
  const scale = hi > lo ? bins / (hi - lo) : 0
  for (let at = 0; at < n; at++) {
    if (!counts(at)) continue
    const value = valueAt(at)
    if (Number.isNaN(value)) continue
    const place = Math.min(bins - 1, Math.max(0, Math.floor((value - lo) * scale)))
    found[place] = (found[place] ?? 0) + 1
  }
  return { lo, hi, bins: found }
}

const orNaN = (value: number | undefined) => (value === undefined || value < 0 ? Number.NaN : value)

function modelFacetsOf(look: FactOf, matched: Matched, shelf: Shelf): ModelFacets {
  const facts = shelf.facts(look)
  const { n } = facts
  const countsOf = (facet: string) => countsFor(matched, `${facet}:${factKey(look)}`)
  const states = tally(facts.state, 0, countsOf('outcome'))
  const [none = 0, bad = 0, good = 0, open = 0] = [
    states[missing],
    states[wrong],
    states[correct],
    states[unjudged],
  ]
  return {
    ...look,
    measured: bad + good + open,
    correct: good,
    wrong: bad,
    unjudged: open,
    missing: none,
    confidence: binned(0, 1, n, (at) => orNaN(facts.confidence[at]), countsOf('confidence')),
    trueProbability: binned(0, 1, n, (at) => orNaN(facts.trueProbability[at]), countsOf('trueProbability')),
    margin: binned(0, 1, n, (at) => marginAt(facts, at), countsOf('margin')),
    trueMargin: binned(-1, 1, n, (at) => trueMarginAt(facts, at), countsOf('trueMargin')),
    rank: ranksOf(facts, countsOf('rank')),
    predicted: predictedOf(facts, countsOf('predicted')),
    flips: look.conditionId === undefined ? null : flipsOf(look, matched, shelf),
  }
}

function ranksOf({ rank, n }: FactColumns, counts: Counts): ModelFacets['rank'] {
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

function predictedOf({ predicted, state, n }: FactColumns, counts: Counts): ModelFacets['predicted'] {
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

function flipsOf(look: FactOf, matched: Matched, shelf: Shelf): ModelFacets['flips'] {
  const [before, after] = [shelf.facts({ modelId: look.modelId }), shelf.facts(look)]
  const counts = countsFor(matched, `flips:${factKey(look)}`)
  const found = { lost: 0, gained: 0, kept: 0, never: 0 }
  for (let at = 0; at < after.n; at++) {
    const flip = counts(at) ? flipOf(before, after, at) : null
    if (flip) found[flip]++
  }
  return found
}

type Agreement = NonNullable<ImageFacets['agreement']>

function agreementOf(looks: readonly FactOf[], matched: Matched, shelf: Shelf): Agreement | null {
  if (looks.length < 2) return null
  const counts = countsFor(matched, 'disagreement')
  const views = looks.map((look) => ({ modelId: look.modelId, facts: shelf.facts(look) }))
  const found = {
    measured: 0,
    allCorrect: 0,
    allWrong: 0,
    mixed: 0,
    sameClass: 0,
    differentClass: 0,
    allDifferent: 0,
  }
  const seen = new Int32Array(views.length)
  for (let at = 0; at < shelf.images.n; at++) {
    if (!counts(at)) continue
    let [right, bad, different] = [0, 0, 0]
    let whole = true
    // No objects are made per image: there may be a million.
    for (let v = 0; v < views.length; v++) {
      const view = views[v]
      const state = view?.facts.state[at] ?? missing
      if (!view || state === missing) {
        whole = false
        break
      }
      if (state === correct) right++
      else if (state === wrong) bad++
      const own = shelf.sameClass(view.modelId, view.facts.predicted[at] ?? -1)
      let known = false
      for (let k = 0; k < different; k++) if (seen[k] === own) known = true
      if (!known) seen[different++] = own
    }
    if (!whole) continue
    found.measured++
    if (right === views.length) found.allCorrect++
    else if (bad === views.length) found.allWrong++
    else if (right + bad === views.length) found.mixed++
    if (different === 1) found.sameClass++
    else found.differentClass++
    if (different === views.length) found.allDifferent++
  }
  const pairs = looks.flatMap((_, a) =>
    looks.slice(a + 1).map((__, k) => pairOf(looks, a, a + 1 + k, matched, shelf)),
  )
  return { modelIds: looks.map(({ modelId }) => modelId), ...found, pairs }
}

/** Both models' outcome facets are left aside, so that all four fields can be seen. */
function pairOf(
  looks: readonly FactOf[],
  a: number,
  b: number,
  matched: Matched,
  shelf: Shelf,
): Agreement['pairs'][number] {
  const [one, two] = [looks[a], looks[b]]
  const found = { a, b, bothCorrect: 0, onlyA: 0, onlyB: 0, bothWrong: 0 }
  if (!one || !two) return found
  const { fails, failed, facets } = matched
  const places = [one, two].map((look) => facets.indexOf(`outcome:${factKey(look)}`))
  const [first, second] = [shelf.facts(one).state, shelf.facts(two).state]
  // Only the last part that fails is known: where both outcomes fail, the count of two says that nothing else does.
  const free = (at: number) =>
    fails[at] === 0 ||
    (fails[at] === 1 && places.includes(failed[at] ?? -1)) ||
    (fails[at] === 2 && places.every((place) => place >= 0) && failsBoth(at))
  const wantedOf = places.map((place) => matched.wanted[place] ?? -1)
  const failsBoth = (at: number) => first[at] !== wantedOf[0] && second[at] !== wantedOf[1]
  for (let at = 0; at < first.length; at++) {
    if (!free(at)) continue
    const [x, y] = [first[at], second[at]]
    if (x === correct && y === correct) found.bothCorrect++
    else if (x === correct && y === wrong) found.onlyA++
    else if (x === wrong && y === correct) found.onlyB++
    else if (x === wrong && y === wrong) found.bothWrong++
  }
  return found
}
