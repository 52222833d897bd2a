import type { FactOf, ImageFilter } from '#shared/contract/index.ts'
import { sameFact } from '#shared/factText.ts'

type FactList =
  'outcomes' | 'confidence' | 'trueProbability' | 'margin' | 'trueMargin' | 'rank' | 'predicted' | 'flips'
type Item<K extends FactList> = NonNullable<ImageFilter[K]>[number]

/** What a filter says of a model under a condition, in one of its lists. */
export const factIn = <K extends FactList>(filter: ImageFilter, key: K, of: FactOf): Item<K> | undefined =>
  filter[key]?.find((item) => sameFact(item, of)) as Item<K> | undefined

/** The filter with another value for a model under a condition; undefined takes it away. */
export function withFact<K extends FactList>(
  filter: ImageFilter,
  key: K,
  of: FactOf,
  item: Item<K> | undefined,
): ImageFilter {
  const rest = (filter[key] ?? []).filter((other) => !sameFact(other, of))
  const next = item ? [...rest, item] : rest
  return without({ ...filter, [key]: next.length > 0 ? next : undefined })
}

/** A value in a list of values turned on or off; an empty list is no filter. */
export function toggled<T>(values: readonly T[] | undefined, value: T): T[] | undefined {
  const next = values?.includes(value) ? values.filter((v) => v !== value) : [...(values ?? []), value]
  return next.length > 0 ? next : undefined
}

/** Drops what is undefined. */
export function without(filter: { [K in keyof ImageFilter]?: ImageFilter[K] | undefined }): ImageFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as ImageFilter
}
