/**
 * Products of the features of n images with each other, without those of an image with itself: the rows of the upper
 * triangle one after another, n (n - 1) / 2 values.
 */
export interface Gram {
  images: number
  upper: ArrayLike<number>
}

/** The value of a Gram matrix at two different images, from 0. */
const place = (images: number, a: number, b: number): number => {
  const [i, j] = a < b ? [a, b] : [b, a]
  return i * images - (i * (i + 1)) / 2 + (j - i - 1)
}

/** The Gram matrix of some of its images, by their places. */
export function gramOf({ images, upper }: Gram, kept: readonly number[]): Gram {
  if (kept.length === images) return { images, upper }
  const some = kept.flatMap((a, at) =>
    kept.slice(at + 1).map((b) => upper[place(images, a, b)] ?? Number.NaN),
  )
  return { images: kept.length, upper: Float64Array.from(some) }
}

/** A Gram matrix with its sums over rows, which every HSIC with it needs. */
interface Summed extends Gram {
  rows: Float64Array
  all: number
}

function summed({ images, upper }: Gram): Summed {
  const rows = new Float64Array(images)
  let at = 0
  for (let i = 0; i < images; i++)
    for (let j = i + 1; j < images; j++, at++) {
      const value = upper[at] ?? Number.NaN
      rows[i] = (rows[i] ?? 0) + value
      rows[j] = (rows[j] ?? 0) + value
    }
  return { images, upper, rows, all: rows.reduce((sum, value) => sum + value, 0) }
}

/**
 * The unbiased estimator HSIC1 of two Gram matrices of the same n images (Song et al. 2012; equation 3 of Nguyen, Raghu and
 * Kornblith 2021): (tr(KL) + 1'K1 1'L1 / ((n - 1)(n - 2)) - 2 / (n - 2) 1'KL1) / (n (n - 3)), diagonals zero. It does not
 * depend on the mean of the features. NaN for fewer than four images.
 */
export const hsic1 = (k: Gram, l: Gram): number => hsicOf(summed(k), summed(l))

function hsicOf(k: Summed, l: Summed): number {
  const n = k.images
  if (n < 4) return Number.NaN
  let trace = 0
  for (let at = 0; at < k.upper.length; at++) trace += 2 * (k.upper[at] ?? 0) * (l.upper[at] ?? 0)
  const cross = k.rows.reduce((sum, value, i) => sum + value * (l.rows[i] ?? 0), 0)
  return (trace + (k.all * l.all) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * cross) / (n * (n - 3))
}

/** The similarity of two layers, with its standard error over batches; null with one batch. */
export interface Similarity {
  value: number
  error: number | null
}

/**
 * Minibatch CKA of all layers of two models (equation 2 of Nguyen, Raghu and Kornblith 2021): the mean of HSIC1 over batches,
 * over the root of the means of both with themselves. At most 1, but for few images; around 0 it may be negative.
 *
 * @param a by batch and layer, over the same images as `b`
 * @returns by layer of `a` and of `b`; the error is a jackknife over batches
 */
export function minibatchCka(
  a: readonly (readonly Gram[])[],
  b: readonly (readonly Gram[])[],
): Similarity[][] {
  const [of, to] = [a.map((layers) => layers.map(summed)), b.map((layers) => layers.map(summed))]
  const own = (batches: Summed[][]) =>
    (batches[0] ?? []).map((_, layer) => batches.map((layers) => selfOf(layers[layer])))
  const [ownOf, ownTo] = [own(of), own(to)]
  return (of[0] ?? []).map((_, i) =>
    (to[0] ?? []).map((__, j) => {
      const cross = of.map((layers, batch) => pairOf(layers[i], to[batch]?.[j]))
      return jackknifed(cross, ownOf[i] ?? [], ownTo[j] ?? [])
    }),
  )
}

const pairOf = (k: Summed | undefined, l: Summed | undefined) => (k && l ? hsicOf(k, l) : Number.NaN)
const selfOf = (k: Summed | undefined) => pairOf(k, k)

function jackknifed(cross: readonly number[], a: readonly number[], b: readonly number[]): Similarity {
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const [c, p, q] = [sumOf(cross), sumOf(a), sumOf(b)]
  const value = c / Math.sqrt(p * q)
  const n = cross.length
  if (n < 2) return { value, error: null }
  const without = cross.map((one, at) => (c - one) / Math.sqrt((p - (a[at] ?? 0)) * (q - (b[at] ?? 0))))
  const mean = sumOf(without) / n
  return { value, error: Math.sqrt(((n - 1) / n) * sumOf(without.map((one) => (one - mean) ** 2))) }
}
