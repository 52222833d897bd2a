/**
 * Definitions of the quantile p of n sorted values.
 * linear: interpolates between the neighbours of index p·(n − 1), as numpy does by default (Hyndman and Fan 1996, type
 * 7).
 * invertedCdf: the smallest value v for which at least a share p of the values is <= v (type 1).
 * above: the smallest value v for which more than a share p of the values is <= v. It differs from invertedCdf only
 * where p·n is whole.
 */
export type QuantileDefinition = 'linear' | 'invertedCdf' | 'above'

/**
 * The quantile p of sorted values.
 * @param sorted ascending, without NaN
 * @param p 0 to 1
 * @returns NaN where there are no values
 */
export function quantile(
  sorted: ArrayLike<number>,
  p: number,
  definition: QuantileDefinition = 'linear',
): number {
  const n = sorted.length
  const at = (place: number) => sorted[Math.max(0, Math.min(n - 1, place))] ?? Number.NaN
  if (definition === 'invertedCdf') return at(Math.ceil(p * n) - 1)
  if (definition === 'above') return at(Math.floor(p * n))
  const place = p * (n - 1)
  const below = at(Math.floor(place))
  return below + (at(Math.ceil(place)) - below) * (place - Math.floor(place))
}
