import { imagenet1k } from '../../models/index.ts'

/** Names like those of WordNet synsets, as ImageNet's class folders have them. */
export const looksLikeWnid = (name: string): boolean => /^n\d{8}$/.test(name)

/** WordNet ids of class indices, ascending. */
export const wnidsOf = (indices: readonly number[]): string[] =>
  indices.flatMap((index) => imagenet1k().wnids[index] ?? [])

/** How many of `names` are in `set`. */
export function overlap(names: readonly string[], set: readonly string[]): number {
  const known = new Set(set)
  return names.filter((name) => known.has(name)).length
}
