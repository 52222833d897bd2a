import { sumsOver, type BitPlanes } from '../../../metrics/index.ts'
import type { PictureErrors } from './pictures.ts'

/**
 * Returns a function that computes the share of wrong pictures of every cell on a resample, given by how often it has each
 * picture.
 */
export function resampledShares({
  pictures,
  wrong,
}: Pick<PictureErrors, 'pictures' | 'wrong'>): (counts: BitPlanes) => Map<string, number> {
  const keys = [...wrong.keys()]
  const sums = sumsOver(pictures, [...wrong.values()])
  return (counts) => {
    const found = sums(counts)
    return new Map(keys.map((key, at) => [key, (found[at] ?? 0) / pictures]))
  }
}
