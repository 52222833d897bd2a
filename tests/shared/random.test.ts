import { describe, expect, it } from 'vitest'
import { exp, ln, sinCos } from '#shared/elementary.ts'
import { murmur128 } from '#shared/murmur.ts'
import { Generator, generator, keyBytes } from '#shared/random.ts'

describe('murmur128', () => {
  it('gives SMHasher’s verification value for MurmurHash3_x86_128', () => {
    const words = (hash: readonly number[]) => new Uint8Array(new Uint32Array(hash).buffer)
    const hashes = new Uint8Array(256 * 16)
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, i) => i)
      hashes.set(words(murmur128(key, 256 - length)), 16 * length)
    }
    expect(murmur128(hashes)[0]).toBe(0xb3ece62a)
  })
})

describe('elementary functions', () => {
  it('agree with the machine’s functions to a few units in the last place', () => {
    for (let i = 1; i < 4000; i++) {
      const x = (i * i) / 997 + 1e-6
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(Math.log(x))))
      const e = (i - 2000) / 9
      expect(Math.abs(exp(e) / Math.exp(e) - 1)).toBeLessThan(2e-15)
      const angle = (i - 2000) / 37
      expect(Math.abs(sinCos(angle).sin - Math.sin(angle))).toBeLessThan(4e-15)
      expect(Math.abs(sinCos(angle).cos - Math.cos(angle))).toBeLessThan(4e-15)
    }
  })
})

describe('generator', () => {
  it('gives the reference sequence of xoshiro128** for the state 1 2 3 4', () => {
    const random = new Generator([1, 2, 3, 4])
    const reference = [
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]
    expect(reference.map(() => random.uint32())).toEqual(reference)
  })

  it('gives the same numbers for the same key in every later version', () => {
    const random = generator('patchDrop', 1, 'ab', 0)
    expect([random.uint32(), random.uint32()]).toEqual([1727769529, 2524034830])
    const again = generator('patchDrop', 1, 'ab', 0)
    expect([again.uint32(), again.uint32()]).toEqual([1727769529, 2524034830])
    expect(generator('normal').normal()).toBe(0.7696797138508383)
    expect([...generator('normal').normals(400).subarray(397)]).toEqual([
      0.374714195728302, -0.8956068754196167, 0.47970542311668396,
    ])
  })

  it('distinguishes keys whose joined texts are equal', () => {
    const texts = [['a', 'b'], ['ab'], ['ab', ''], [1, 2], [12], ['1', '2'], [1, '2']].map((key) =>
      Buffer.from(keyBytes(key)).toString('hex'),
    )
    expect(new Set(texts).size).toBe(texts.length)
    expect(keyBytes([-0])).toEqual(keyBytes([0]))
  })

  it('draws uniforms with the right mean, variance and bits', () => {
    const random = generator('uniform test')
    const n = 200_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const x = random.uniform()
      expect(x >= 0 && x < 1 && Number.isInteger(x * 2 ** 53)).toBe(true)
      sum += x
      squares += x * x
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(squares / n - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / n))
  })

  it('draws integers without bias, also where 2^32 is not a multiple of n', () => {
    const random = generator('integer test')
    const n = 7
    const counts = new Array<number>(n).fill(0)
    const draws = 70_000
    for (let i = 0; i < draws; i++) counts[random.integer(n)]! += 1
    const chi2 = counts.reduce((sum, count) => sum + (count - draws / n) ** 2 / (draws / n), 0)
    expect(chi2).toBeLessThan(22.5) // 0.999 quantile of 6 degrees of freedom
    // 3 * 2^30: a plain remainder would give the lower third twice as often.
    let low = 0
    for (let i = 0; i < 30_000; i++) if (random.integer(3 * 2 ** 30) < 2 ** 30) low++
    expect(Math.abs(low - 10_000)).toBeLessThan(4 * Math.sqrt(30_000 * (2 / 9)))
    expect(() => random.integer(0)).toThrow('invalid n')
    expect(random.integer(1)).toBe(0)
  })

  it.each(['one by one', 'in bulk'])(
    'draws normals %s with the normal distribution, including its tails',
    (how) => {
      const random = generator('normal test')
      const bulk = how === 'in bulk' ? random.normals(1_000_000) : null
      const n = 1_000_000
      const bounds = [-3.5, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 3.5, 3.7]
      const below = [2.326e-4, 1.3499e-3, 0.0227501, 0.1586553, 0.3085375, 0.5]
      const expected = [
        ...below,
        ...below
          .slice(0, 5)
          .reverse()
          .map((p) => 1 - p),
        1 - 1.078e-4,
      ]
      const counts = new Array<number>(bounds.length).fill(0)
      let moment4 = 0
      for (let i = 0; i < n; i++) {
        const x = bulk?.[i] ?? random.normal()
        moment4 += x ** 4
        bounds.forEach((bound, k) => {
          if (x < bound) counts[k]! += 1
        })
      }
      counts.forEach((count, k) => {
        const p = expected[k]!
        expect(Math.abs(count / n - p), `share below ${bounds[k]}`).toBeLessThan(
          4 * Math.sqrt((p * (1 - p)) / n),
        )
      })
      expect(Math.abs(moment4 / n - 3)).toBeLessThan(4 * Math.sqrt(96 / n))
    },
  )

  it.each([0, 0.3, 3, 12, 60, 300])('draws Poisson counts with mean and variance %d', (mean) => {
    const random = generator('poisson test', mean)
    const n = 20_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const x = random.poisson(mean)
      sum += x
      squares += (x - mean) ** 2
    }
    expect(Math.abs(sum / n - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean / n))
    expect(Math.abs(squares / n - mean)).toBeLessThanOrEqual(4 * Math.sqrt((2 * mean * mean + mean) / n))
  })

  it('samples without replacement, each item equally often', () => {
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 5000; i++) {
      const drawn = generator('sample test', i).sample(10, 3)
      expect(new Set(drawn).size).toBe(3)
      for (const item of drawn) counts[item]! += 1
    }
    for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(4 * Math.sqrt(5000 * 0.3 * 0.7))
    expect(generator('x').sample(5, 5).sort()).toEqual([0, 1, 2, 3, 4])
    expect(() => generator('x').sample(3, 4)).toThrow('invalid count')
  })

  it('shuffles into every order equally often', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = generator('shuffle test', i).shuffle(['a', 'b', 'c']).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values())
      expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt((6000 * 5) / 36))
  })
})
