import type { ImageOrder } from '#shared/contract/index.ts'
import { finish } from '#shared/murmur.ts'
import { marginAt, trueMarginAt } from './columns.ts'
import type { FilterContext } from './match.ts'

/** Sorts positions of images. Images with equal values keep the order of the index; images without a value come last. */
export function ordered(places: Uint32Array, order: ImageOrder, context: FilterContext): Uint32Array {
  if (order.by === 'place') return order.descending ? places.slice().reverse() : places
  const valueAt = valueOf(order, context)
  const keys = new Float64Array(places.length)
  const sign = order.descending ? -1 : 1
  for (let k = 0; k < places.length; k++) {
    const value = valueAt(places[k] ?? 0)
    keys[k] = Number.isNaN(value) ? Infinity : sign * value
  }
  const turns = new Uint32Array(places.length).map((_, k) => k)
  turns.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
  return turns.map((k) => places[k] ?? 0)
}

function valueOf({ by, fact, seed = 0 }: ImageOrder, context: FilterContext): (at: number) => number {
  const { images } = context
  if (by === 'bytes') return (at) => images.bytes[at] ?? 0
  if (by === 'shuffled') return (at) => finish((images.id[at] ?? 0) ^ finish(seed + 1)) >>> 0
  if (by === 'pixels') return (at) => (images.width[at] ?? 0) * (images.height[at] ?? 0)
  if (fact === undefined) return () => Number.NaN
  const facts = context.facts(fact)
  const known = (value: number | undefined, least: number) =>
    value === undefined || value < least ? Number.NaN : value
  switch (by) {
    case 'confidence':
      return (at) => known(facts.confidence[at], 0)
    case 'trueProbability':
      return (at) => known(facts.trueProbability[at], 0)
    case 'rank':
      return (at) => known(facts.rank[at], 1)
    case 'margin':
      return (at) => marginAt(facts, at)
    default:
      return (at) => trueMarginAt(facts, at)
  }
}
