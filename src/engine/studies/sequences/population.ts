import { looksOf, outcomes, type Look } from '#shared/maths/looks.ts'
import type { KnownValues } from '#shared/maths/confidenceSequence.ts'
import { answers, type InTurn } from '../../facts/index.ts'

/** The first images of an order as draws from all of them. */
export interface Draws {
  looks: Look[]
  known: KnownValues
  /** Images of the first part that are counted, measured or failed. */
  n: number
  /** Mean of the known values, each class weighed by its images; null before every class has one. */
  estimate: number | null
}

/** The value of an image: one of `outcomes`; null where it is no answer at all, as of an image of unknown class. */
type Value = number | null

/** Value of each answer of one model; of a failed image it is unknown. */
export function valuesOf(read: Uint8Array): Value[] {
  return Array.from(read, (answer) => rightOrWrong.get(answer) ?? null)
}

const rightOrWrong = new Map<number, number>([
  [answers.wrong, outcomes.zero],
  [answers.right, outcomes.one],
  [answers.failed, outcomes.unknown],
])

/**
 * Compares answers of two models to the same images: 1 where only `a` is right, 0 where only `b` is, else 1/2. The mean is
 * (1 + accuracy of a - accuracy of b) / 2.
 */
export function comparedValues(a: Uint8Array, b: Uint8Array): Value[] {
  return Array.from(a.subarray(0, b.length), (own, at) => {
    const other = b[at]
    if (own === answers.neither || other === answers.neither) return null
    if (own === answers.failed || other === answers.failed) return outcomes.unknown
    if (own === other) return outcomes.half
    return own === answers.right ? outcomes.one : outcomes.zero
  })
}

/**
 * Makes draws of the values of the first images. A class none of whose images has an answer, since the model does not know
 * it, is no part of the population.
 */
export function drawsOf({ classes }: InTurn, values: readonly Value[]): Draws {
  const left = new Set<number>()
  for (const [at, value] of values.entries()) if (value === null) left.add(classes[at] ?? 0)
  for (const [at, value] of values.entries())
    if (value !== null && value !== outcomes.unknown) left.delete(classes[at] ?? 0)
  const slots = new Map<number, number>()
  const sizes: number[] = []
  const places: number[] = []
  const own = new Uint8Array(values.length)
  let n = 0
  for (const [at, classIndex] of classes.entries()) {
    if (left.has(classIndex)) continue
    const slot = slots.get(classIndex) ?? slots.size
    slots.set(classIndex, slot)
    sizes[slot] = (sizes[slot] ?? 0) + 1
    if (at >= values.length) continue
    own[n++] = values[at] ?? outcomes.unknown
    places.push(slot)
  }
  const drawn = own.subarray(0, n)
  return { looks: looksOf(sizes, places, drawn), n, ...summed(sizes, places, drawn) }
}

/** Sums up the known values, in all and class by class. */
function summed(
  sizes: readonly number[],
  places: readonly number[],
  values: Uint8Array,
): Pick<Draws, 'known' | 'estimate'> {
  const sums = sizes.map(() => ({ sum: 0, n: 0 }))
  for (const [at, value] of values.entries()) {
    const of = sums[places[at] ?? 0]
    if (!of || value === outcomes.unknown) continue
    of.sum += value / 2
    of.n++
  }
  const total = sizes.reduce((a, b) => a + b, 0)
  const weighed = sums.reduce((mean, { sum, n }, slot) => mean + ((sizes[slot] ?? 0) * sum) / (n * total), 0)
  return {
    known: {
      total,
      sum: sums.reduce((all, { sum }) => all + sum, 0),
      known: sums.reduce((all, { n }) => all + n, 0),
    },
    estimate: Number.isFinite(weighed) && total > 0 ? weighed : null,
  }
}
