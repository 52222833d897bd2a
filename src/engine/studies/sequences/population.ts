import type { KnownValues } from '#shared/maths/confidenceSequence.ts'
import { looksOf, type DrawnValues, type Look } from '#shared/maths/looks.ts'
import { answers, type InTurn } from '../../facts/index.ts'

/** The first images of an order, with what is known of them. */
export interface Part {
  turn: Pick<InTurn, 'classes'>
  values: PartValues
}

/** Values of images, place by place, as whole numbers of `of` parts of 1. */
export interface PartValues extends DrawnValues {
  /** 1 where an image has no value at all, as one whose class the model does not know. */
  none: Uint8Array
}

/** The first images of an order as draws from all of them. */
export interface Draws {
  looks: Look[]
  known: KnownValues
  /** Images of the first part that are counted, measured or failed. */
  n: number
  /** Mean of the known values, each class weighed by its images; null before every class has one. */
  estimate: number | null
  /** Images of each order. */
  totals: number[]
}

/** The answers of a model under a condition, and the whole number that a right one counts. */
export interface Term {
  read: Uint8Array
  weight: number
}

/** Parts that terms have, and what is added to their sum so that it begins at 0. */
export function rangeOf(terms: readonly Pick<Term, 'weight'>[]): { of: number; offset: number } {
  let [of, offset] = [0, 0]
  for (const { weight } of terms) {
    of += Math.abs(weight)
    offset += Math.max(0, -weight)
  }
  return { of, offset }
}

/**
 * Adds up weighted answers to the same images, as far as all terms have them. A right answer counts its weight, a wrong one
 * nothing, a failed one anything in between. With weights 1 and -1 the mean is (1 + accuracy of a - accuracy of b) / 2.
 */
export function summedValues(terms: readonly Term[]): PartValues {
  const length = Math.min(...terms.map(({ read }) => read.length))
  const { of, offset } = rangeOf(terms)
  const low = new Uint16Array(length).fill(offset)
  const high = new Uint16Array(length).fill(offset)
  const none = new Uint8Array(length)
  for (const { read, weight } of terms)
    for (let at = 0; at < length; at++) {
      const answer = read[at]
      const right = answer === answers.right
      const open = answer === answers.failed
      if (answer === answers.neither) none[at] = 1
      low[at] = (low[at] ?? 0) + (right ? weight : open ? Math.min(0, weight) : 0)
      high[at] = (high[at] ?? 0) + (right ? weight : open ? Math.max(0, weight) : 0)
    }
  return { low, high, of, none }
}

/**
 * Makes draws of the values of the first images of one or more orders. Each class of each order is drawn from by itself; the
 * rounds are those that all orders have come to. A class none of whose images has an answer, since the model does not know
 * it, is no part of the population.
 */
export function drawsOf(parts: readonly Part[]): Draws {
  const sizes: number[] = []
  const totals: number[] = []
  const found = parts.map((part) => {
    const before = sizes.length
    const own = drawnOf(part, sizes)
    totals.push(sizes.slice(before).reduce((sum, size) => sum + size, 0))
    return own
  })
  const [first] = found
  const drawn = found.length === 1 && first ? first : inRounds(found)
  const { places, values } = drawn
  const whole = found.length === 1 ? places.length : wholeRounds(sizes, drawn)
  const counted = { ...values, low: values.low.subarray(0, whole), high: values.high.subarray(0, whole) }
  return {
    looks: looksOf(sizes, places, counted),
    n: places.length,
    totals,
    ...summed(sizes, places, values),
  }
}

interface Drawn {
  /** Place of the class of each draw in the list of sizes. */
  places: Int32Array
  /** How many images of its class come before each draw. */
  rounds: Int32Array
  values: DrawnValues
}

/** The draws of one order. Sizes of its classes are added to `sizes`. */
function drawnOf({ turn: { classes }, values }: Part, sizes: number[]): Drawn {
  const { none, of } = values
  const known = (at: number) => values.low[at] !== 0 || values.high[at] !== of
  const left = new Set<number>()
  for (const [at, without] of none.entries()) if (without) left.add(classes[at] ?? 0)
  for (const [at, without] of none.entries()) if (!without && known(at)) left.delete(classes[at] ?? 0)
  const slots = new Map<number, number>()
  const length = none.length
  const [places, rounds] = [new Int32Array(length), new Int32Array(length)]
  const [low, high] = [new Uint16Array(length), new Uint16Array(length)]
  let n = 0
  for (const [at, classIndex] of classes.entries()) {
    if (left.has(classIndex)) continue
    const slot = slots.get(classIndex) ?? sizes.length
    slots.set(classIndex, slot)
    const round = sizes[slot] ?? 0
    sizes[slot] = round + 1
    if (at >= length) continue
    places[n] = slot
    rounds[n] = round
    low[n] = none[at] ? 0 : (values.low[at] ?? 0)
    high[n++] = none[at] ? of : (values.high[at] ?? of)
  }
  const own = { low: low.subarray(0, n), high: high.subarray(0, n), of }
  return { places: places.subarray(0, n), rounds: rounds.subarray(0, n), values: own }
}

/** The draws of several orders as those of one, round by round. */
function inRounds(found: readonly Drawn[]): Drawn {
  const all = found.flatMap((drawn) => Array.from(drawn.rounds, (round, at) => ({ drawn, round, at })))
  all.sort((a, b) => a.round - b.round)
  return {
    places: Int32Array.from(all, ({ drawn, at }) => drawn.places[at] ?? 0),
    rounds: Int32Array.from(all, ({ round }) => round),
    values: {
      low: Uint16Array.from(all, ({ drawn, at }) => drawn.values.low[at] ?? 0),
      high: Uint16Array.from(all, ({ drawn, at }) => drawn.values.high[at] ?? 0),
      of: found[0]?.values.of ?? 1,
    },
  }
}

/** The number of draws before the first round that a class lacks although it has more images. */
function wholeRounds(sizes: readonly number[], { places, rounds }: Drawn): number {
  const counts = sizes.map(() => 0)
  for (const slot of places) counts[slot] = (counts[slot] ?? 0) + 1
  const open = counts.filter((count, slot) => count < (sizes[slot] ?? 0))
  const end = open.length === 0 ? -1 : rounds.findIndex((round) => round >= Math.min(...open))
  return end < 0 ? rounds.length : end
}

/** Sums up what is known, in all and class by class. */
function summed(
  sizes: readonly number[],
  places: Int32Array,
  { low, high, of }: DrawnValues,
): Pick<Draws, 'known' | 'estimate'> {
  const sums = sizes.map(() => ({ sum: 0, n: 0 }))
  const all = { sum: 0, known: 0 }
  for (const [at, least] of low.entries()) {
    const most = high[at] ?? of
    all.sum += least
    all.known += of - most + least
    const own = sums[places[at] ?? 0]
    if (!own || most !== least) continue
    own.sum += least / of
    own.n++
  }
  const total = sizes.reduce((a, b) => a + b, 0)
  const weighed = sums.reduce((mean, { sum, n }, slot) => mean + ((sizes[slot] ?? 0) * sum) / (n * total), 0)
  return {
    known: { total, sum: all.sum / of, known: all.known / of },
    estimate: Number.isFinite(weighed) && total > 0 ? weighed : null,
  }
}
