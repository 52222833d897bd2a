/** Discrete Fourier transform of any length. It is fast where the length has small factors, as 96, 224 and 384 have. */
class Fourier {
  readonly #n: number
  readonly #factors: number[]
  readonly #cos: Float64Array
  readonly #sin: Float64Array
  readonly #scratch: Float64Array

  constructor(n: number) {
    this.#n = n
    this.#factors = factorsOf(n)
    this.#cos = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n))
    this.#sin = Float64Array.from({ length: n }, (_, k) => Math.sin((2 * Math.PI * k) / n))
    this.#scratch = new Float64Array(2 * n)
  }

  /**
   * X[k] = Σ x[j] exp(∓2πi jk/n), in place on `n` values from `offset` on, `stride` apart, without scaling. `sign` is -1
   * for forward and +1 for back.
   */
  transform(re: Float64Array, im: Float64Array, offset: number, stride: number, sign: 1 | -1): void {
    const n = this.#n
    const out = this.#scratch
    this.#recurse(re, im, offset, stride, out, 0, n, 0, sign)
    for (let k = 0; k < n; k++) {
      re[offset + k * stride] = out[2 * k]!
      im[offset + k * stride] = out[2 * k + 1]!
    }
  }

  /** Decimation in time: transforms `n` values from `offset` on, `stride` apart, into out[at…]. */
  #recurse(
    re: Float64Array,
    im: Float64Array,
    offset: number,
    stride: number,
    out: Float64Array,
    at: number,
    n: number,
    depth: number,
    sign: 1 | -1,
  ): void {
    if (n === 1) {
      out[2 * at] = re[offset]!
      out[2 * at + 1] = im[offset]!
      return
    }
    const p = this.#factors[depth]!
    const m = n / p
    for (let j = 0; j < p; j++)
      this.#recurse(re, im, offset + j * stride, stride * p, out, at + j * m, m, depth + 1, sign)
    this.#combine(out, at, p, m, sign)
  }

  /** Combines p transforms of length m to one of length p m. */
  #combine(out: Float64Array, at: number, p: number, m: number, sign: 1 | -1): void {
    const n = p * m
    const unit = this.#n / n
    const values = new Float64Array(2 * p)
    for (let k = 0; k < m; k++) {
      for (let j = 0; j < p; j++) {
        const twiddle = ((j * k) % n) * unit
        const c = this.#cos[twiddle]!
        const s = sign * this.#sin[twiddle]!
        const a = out[2 * (at + j * m + k)]!
        const b = out[2 * (at + j * m + k) + 1]!
        values[2 * j] = a * c - b * s
        values[2 * j + 1] = a * s + b * c
      }
      for (let q = 0; q < p; q++) {
        let sumRe = 0
        let sumIm = 0
        for (let j = 0; j < p; j++) {
          const turn = ((j * q) % p) * (this.#n / p)
          const c = this.#cos[turn]!
          const s = sign * this.#sin[turn]!
          sumRe += values[2 * j]! * c - values[2 * j + 1]! * s
          sumIm += values[2 * j]! * s + values[2 * j + 1]! * c
        }
        out[2 * (at + k + q * m)] = sumRe
        out[2 * (at + k + q * m) + 1] = sumIm
      }
    }
  }
}

function factorsOf(n: number): number[] {
  const factors: number[] = []
  let left = n
  for (let p = 2; p * p <= left; p++) for (; left % p === 0; left /= p) factors.push(p)
  return left > 1 ? [...factors, left] : factors
}

const known = new Map<number, Fourier>()

function fourier(n: number): Fourier {
  const found = known.get(n) ?? new Fourier(n)
  known.set(n, found)
  return found
}

/** Transforms a complex plane [height, width] in place. 'back' divides by the number of values. */
export function fourierPlane(
  re: Float64Array,
  im: Float64Array,
  height: number,
  width: number,
  direction: 'forward' | 'back',
): void {
  const sign = direction === 'forward' ? -1 : 1
  for (let y = 0; y < height; y++) fourier(width).transform(re, im, y * width, 1, sign)
  for (let x = 0; x < width; x++) fourier(height).transform(re, im, x, width, sign)
  if (direction === 'forward') return
  const scale = 1 / (height * width)
  for (let i = 0; i < re.length; i++) {
    re[i] = re[i]! * scale
    im[i] = im[i]! * scale
  }
}
