/**
 * What the quantile p of n values in order is.
 * linear: between the neighbours of place p·(n − 1), as numpy by default (Hyndman and Fan 1996, type 7).
 * invertedCdf: the least value that at least a share p of the values does not exceed (type 1).
 * above: the least value that more than a share p does not exceed; invertedCdf but where p·n is whole.
 */
export type QuantileDefinition = 'linear' | 'invertedCdf' | 'above'

/**
 * @param sorted ascending, all of them numbers
 * @param p 0 to 1
 * @returns NaN of no values
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
