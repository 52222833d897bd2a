import { exp, ln } from './elementary.ts'
import { murmur128 } from './murmur.ts'
import { edge, height, safe, scale } from './ziggurat.ts'

export type KeyPart = string | number

const encoder = new TextEncoder()

/** Bytes of a key: each string as 's', its UTF-8 length (u32 LE), its UTF-8; each number as 'n' and its f64 LE. */
export function keyBytes(key: readonly KeyPart[]): Uint8Array {
  const parts = key.map((part) => {
    const text = typeof part === 'string' ? encoder.encode(part) : null
    const bytes = new Uint8Array(text ? 5 + text.length : 9)
    const view = new DataView(bytes.buffer)
    bytes[0] = text ? 0x73 : 0x6e
    if (text) {
      view.setUint32(1, text.length, true)
      bytes.set(text, 5)
    } else view.setFloat64(1, Number(part) + 0, true)
    return bytes
  })
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/**
 * xoshiro128** (Blackman and Vigna, 2018) with the distributions that the transforms need. Every method uses only
 * integer operations and + - * / sqrt on doubles, so the same state gives the same numbers on every machine.
 */
export class Generator {
  private a: number
  private b: number
  private c: number
  private d: number

  /** `state` has four 32-bit words. All zero is not a state of this generator; it becomes [0, 0, 0, 1]. */
  constructor(state: readonly [number, number, number, number]) {
    this.a = state[0] | 0
    this.b = state[1] | 0
    this.c = state[2] | 0
    this.d = state[3] | 0
    if ((this.a | this.b | this.c | this.d) === 0) this.d = 1
  }

  /** The next 32 bits as a signed integer. */
  private next(): number {
    const five = Math.imul(this.b, 5)
    const result = Math.imul((five << 7) | (five >>> 25), 9)
    const shifted = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= shifted
    this.d = (this.d << 11) | (this.d >>> 21)
    return result
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    return this.next() >>> 0
  }

  /** Uniform multiple of 2^-53 in [0, 1). */
  uniform(): number {
    const top = this.next() >>> 5
    const bottom = this.next() >>> 6
    return (top * 67108864 + bottom) / 9007199254740992
  }

  /**
   * Integer in [0, n), each with the same probability.
   * @throws RangeError where n is not an integer from 1 to 2^32
   */
  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 4294967296)) throw new RangeError(`invalid n: ${n}`)
    const limit = 4294967296 - (4294967296 % n)
    let draw = this.uint32()
    while (draw >= limit) draw = this.uint32()
    return draw % n
  }

  /**
   * Fills `out` with integers in [0, n), the same as `integer` gives one by one.
   * @throws RangeError where n is not an integer from 1 to 2^32
   */
  integers(n: number, out: Uint32Array): void {
    if (!(Number.isInteger(n) && n >= 1 && n <= 4294967296)) throw new RangeError(`invalid n: ${n}`)
    const limit = 4294967296 - (4294967296 % n)
    let { a, b, c, d } = this
    for (let i = 0; i < out.length;) {
      const five = Math.imul(b, 5)
      const draw = Math.imul((five << 7) | (five >>> 25), 9) >>> 0
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = (d << 11) | (d >>> 21)
      // The quotient of integers below 2^32 is never rounded up to the next integer, so this is draw % n.
      if (draw < limit) out[i++] = draw - Math.floor(draw / n) * n
    }
    this.a = a
    this.b = b
    this.c = c
    this.d = d
  }

  /** Draws from the standard normal by ziggurat: 8 bits choose the layer, 23 bits (with sign) the place across it. */
  normal(): number {
    const bits = this.next()
    const x = ((bits >> 9) + 0.5) * scale[bits & 255]!
    return Math.abs(x) < safe[bits & 255]! ? x : this.edgeNormal(x, bits & 255)
  }

  /**
   * `count` standard normal draws, several times as fast as one by one. The few draws outside the safe part of their
   * layer are settled after all others, because a call inside the loop would cost more than the draws.
   */
  normals(count: number): Float32Array {
    const out = new Float32Array(count)
    const open: number[] = []
    let { a, b, c, d } = this
    for (let i = 0; i < count; i++) {
      const five = Math.imul(b, 5)
      const bits = Math.imul((five << 7) | (five >>> 25), 9)
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = (d << 11) | (d >>> 21)
      const x = ((bits >> 9) + 0.5) * scale[bits & 255]!
      out[i] = x
      if (Math.abs(x) >= safe[bits & 255]!) open.push(i, bits)
    }
    this.a = a
    this.b = b
    this.c = c
    this.d = d
    for (let k = 0; k < open.length; k += 2) {
      const bits = open[k + 1]!
      out[open[k]!] = this.edgeNormal(((bits >> 9) + 0.5) * scale[bits & 255]!, bits & 255)
    }
    return out
  }

  /** Settles a draw outside the safe part of its layer: accepts it or draws again. */
  private edgeNormal(x: number, layer: number): number {
    if (layer === 0) return x < 0 ? -this.tail() : this.tail()
    const y = height[layer]! + this.uniform() * (height[layer + 1]! - height[layer]!)
    return y < exp(-0.5 * x * x) ? x : this.normal()
  }

  /** Draws beyond the edge of the last layer (Marsaglia 1964). */
  private tail(): number {
    for (;;) {
      const x = -ln(1 - this.uniform()) / edge
      const y = -ln(1 - this.uniform())
      if (2 * y > x * x) return edge + x
    }
  }

  /**
   * Poisson draw by multiplication of uniforms. A large mean is split into equal parts of at most 16, whose sum has the
   * same distribution. It takes about `mean` steps: use `poissonTable` for many draws with one mean.
   * @throws RangeError where the mean is not in [0, 1e6)
   */
  poisson(mean: number): number {
    if (!(mean >= 0 && mean < 1e6)) throw new RangeError(`invalid mean: ${mean}`)
    const parts = Math.max(1, Math.ceil(mean / 16))
    const bound = exp(-mean / parts)
    let count = 0
    for (let part = 0; part < parts; part++) {
      let product = this.uniform()
      while (product > bound) {
        count++
        product *= this.uniform()
      }
    }
    return count
  }

  /** Shuffles the items in place (Fisher-Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const kept = items[i]!
      items[i] = items[j]!
      items[j] = kept
    }
    return items
  }

  /**
   * `count` different integers of [0, n), in the order drawn (partial Fisher-Yates).
   * @throws RangeError where count is not in 0 to n
   */
  sample(n: number, count: number): number[] {
    if (!(count >= 0 && count <= n)) throw new RangeError(`invalid count: ${count} of ${n}`)
    const pool = Array.from({ length: n }, (_, i) => i)
    for (let i = 0; i < count; i++) {
      const j = i + this.integer(n - i)
      const kept = pool[i]!
      pool[i] = pool[j]!
      pool[j] = kept
    }
    return pool.slice(0, count)
  }
}

/** The generator of a key, e.g. ('patchDrop', seed, image digest, repeat): state = murmur128(keyBytes(key)). */
export function generator(...key: readonly KeyPart[]): Generator {
  return new Generator(murmur128(keyBytes(key)))
}
