import { imagenet1k } from '../../models/index.ts'

/** Whether a name has the form of a WordNet id, like the class folders of ImageNet. */
export const looksLikeWnid = (name: string): boolean => /^n\d{8}$/.test(name)

/** WordNet ids of class indices, ascending. */
export const wnidsOf = (indices: readonly number[]): string[] =>
  indices.flatMap((index) => imagenet1k().wnids[index] ?? [])

/** Number of `names` that are in `set`. */
export function overlap(names: readonly string[], set: readonly string[]): number {
  const known = new Set(set)
  return names.filter((name) => known.has(name)).length
}
