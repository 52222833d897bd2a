import type { FactOf, ImageFilter } from '#shared/contract/index.ts'
import { factOnly, sameFact } from '#shared/factText.ts'

type FactList =
  'outcomes' | 'confidence' | 'trueProbability' | 'margin' | 'trueMargin' | 'rank' | 'predicted' | 'flips'
type FilterEntry<K extends FactList> = NonNullable<ImageFilter[K]>[number]

/** The entry for a fact in one of the filter's lists; undefined where there is none. */
export const factIn = <K extends FactList>(
  filter: ImageFilter,
  key: K,
  of: FactOf,
): FilterEntry<K> | undefined => filter[key]?.find((item) => sameFact(item, of)) as FilterEntry<K> | undefined

/** The filter with another entry for a fact in one of its lists; undefined removes the entry. */
export function withFact<K extends FactList>(
  filter: ImageFilter,
  key: K,
  of: FactOf,
  item: FilterEntry<K> | undefined,
): ImageFilter {
  const rest = (filter[key] ?? []).filter((other) => !sameFact(other, of))
  const next = item ? [...rest, item] : rest
  return without({ ...filter, [key]: next.length > 0 ? next : undefined })
}

/** Switches a value of a list on or off. An empty list becomes undefined: no filter. */
export function toggled<T>(values: readonly T[] | undefined, value: T): T[] | undefined {
  const next = values?.includes(value) ? values.filter((v) => v !== value) : [...(values ?? []), value]
  return next.length > 0 ? next : undefined
}

/** The first fact that the filter asks about; undefined where it asks of no model. */
export function factOfFilter(filter: ImageFilter): FactOf | undefined {
  const lists = [
    'outcomes',
    'confidence',
    'trueProbability',
    'margin',
    'trueMargin',
    'rank',
    'predicted',
    'flips',
  ] as const
  const [first] = lists.flatMap((key) => (filter[key] ?? []).map(factOnly))
  return first
}

/** The filter without its undefined members. */
export function without(filter: { [K in keyof ImageFilter]?: ImageFilter[K] | undefined }): ImageFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as ImageFilter
}
