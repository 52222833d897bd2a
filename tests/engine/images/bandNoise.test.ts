import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { generator } from '#shared/random.ts'
import { bandRadii, type BandNoise } from '#shared/transforms/index.ts'
import { fourierPlane } from '#engine/images/fourier.ts'
import { bandMask, bandNoiseFloats, bandSpectrum } from '#engine/images/transforms/bandNoise.ts'

/** Σ x exp(∓2πi …) written out. */
function naive(
  re: number[],
  im: number[],
  height: number,
  width: number,
  sign: 1 | -1,
): { re: number[]; im: number[] } {
  const out = { re: new Array<number>(re.length).fill(0), im: new Array<number>(re.length).fill(0) }
  for (let v = 0; v < height; v++)
    for (let u = 0; u < width; u++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const angle = sign * 2 * Math.PI * ((v * y) / height + (u * x) / width)
          const [a, b] = [re[y * width + x]!, im[y * width + x]!]
          out.re[v * width + u]! += a * Math.cos(angle) - b * Math.sin(angle)
          out.im[v * width + u]! += a * Math.sin(angle) + b * Math.cos(angle)
        }
  return out
}

const noise = (change: Partial<BandNoise> = {}): BandNoise => ({
  op: 'bandNoise',
  centre: 500,
  width: 100,
  epsilon: 1,
  energy: 'published',
  ring: 'square',
  draw: 'sign',
  std: [1, 1, 1],
  seed: 5,
  ...change,
})

const grey = (height: number, width: number) => ({
  pixels: new Uint8Array(height * width * 3).fill(102),
  height,
  width,
})
const added = (change: Partial<BandNoise>, side: number, key = 'a') =>
  bandNoiseFloats(grey(side, side), noise(change), key).map((value) => value - 102 / 255)
const rms = (values: Float32Array) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

describe('the Fourier transform', () => {
  it('equals the explicit sum, for lengths with any factors', () => {
    const side = fc.integer({ min: 1, max: 10 })
    fc.assert(
      fc.property(fc.tuple(side, side), ([height, width]) => {
        const random = generator('fourier', height, width)
        const re = Array.from({ length: height * width }, () => random.normal())
        const im = re.map(() => random.normal())
        const wanted = naive(re, im, height, width, -1)
        const found = { re: Float64Array.from(re), im: Float64Array.from(im) }
        fourierPlane(found.re, found.im, height, width, 'forward')
        wanted.re.forEach((value, i) => expect(found.re[i]).toBeCloseTo(value, 9))
        wanted.im.forEach((value, i) => expect(found.im[i]).toBeCloseTo(value, 9))
        fourierPlane(found.re, found.im, height, width, 'back')
        re.forEach((value, i) => expect(found.re[i]).toBeCloseTo(value, 9))
      }),
      { numRuns: 30 },
    )
  })
})

describe('band-limited noise', () => {
  it('has the published radii at 224 pixels', () => {
    const radii = [100, 500, 700, 1000].map((centre) => bandRadii({ centre, width: 100 }, 224))
    expect(radii.map(({ inner, outer }) => [inner, outer])).toEqual([
      [5, 16],
      [50, 61],
      [72, 84],
      [106, 112],
    ])
    expect(bandRadii({ centre: 0, width: 100 }, 224)).toEqual({ inner: 0, outer: 5 })
  })

  it('has the published strength at 224 pixels: the RMS grows with the ring', () => {
    // The root of the ring's share of all frequencies (window 0.1 pi). The real part is up to a tenth smaller, because
    // the published square reaches from -r to r - 1.
    for (const [centre, wanted] of [
      [100, 0.14],
      [400, 0.28],
      [700, 0.39],
      [900, 0.42],
    ] as const) {
      const found = rms(added({ centre }, 224))
      expect(found).toBeGreaterThan(0.9 * wanted)
      expect(found).toBeLessThan(1.03 * wanted)
    }
  })

  it('is the real part of the noise filtered by the published square mask', () => {
    const side = 8
    const transform = noise({ centre: 500, width: 400 })
    const { inner, outer } = bandRadii(transform, side)
    const normals = generator('bandNoise', 5, 'a').normals(3 * side * side)
    const plane = Array.from({ length: side * side }, (_, i) => Math.sign(normals[3 * i + 1]!))
    const spectrum = naive(
      plane,
      plane.map(() => 0),
      side,
      side,
      -1,
    )
    const signed = (k: number) => (k < side / 2 ? k : k - side)
    const square = (u: number, v: number, r: number) => u >= -r && u < r && v >= -r && v < r
    const kept = (i: number) => {
      const [v, u] = [signed(Math.floor(i / side)), signed(i % side)]
      return square(u, v, outer) && !square(u, v, inner) ? 1 : 0
    }
    const cut = naive(
      spectrum.re.map((value, i) => value * kept(i)),
      spectrum.im.map((value, i) => value * kept(i)),
      side,
      side,
      1,
    )
    const found = added({ centre: 500, width: 400 }, side)
    cut.re.forEach((value, i) => expect(found[3 * i + 1]).toBeCloseTo(value / (side * side), 5))
  })

  it('with equal energy has RMS epsilon in every band', () => {
    for (const centre of [0, 300, 1000])
      expect(rms(added({ centre, energy: 'equal', epsilon: 0.25 }, 96))).toBeCloseTo(0.25, 5)
  })

  it('is converted from normalised units channel by channel, and may leave [0,1]', () => {
    const one = added({ epsilon: 0.1 }, 96)
    const scaled = added({ epsilon: 0.1, std: [0.5, 0.25, 2] }, 96)
    for (let i = 0; i < 300; i++)
      expect(scaled[i]).toBeCloseTo((one[i] ?? 0) * ([0.5, 0.25, 2][i % 3] ?? 0), 5)
    expect(Math.max(...bandNoiseFloats(grey(96, 96), noise({ epsilon: 10 }), 'a'))).toBeGreaterThan(1)
  })

  it('filters one draw per image: the bands of an image add up, and other images differ', () => {
    const whole = added({ centre: 0, width: 2000 }, 32)
    const halves = [added({ centre: 0, width: 1000 }, 32), added({ centre: 750, width: 500 }, 32)]
    whole.forEach((value, i) => expect((halves[0]?.[i] ?? 0) + (halves[1]?.[i] ?? 0)).toBeCloseTo(value, 5))
    expect(added({}, 32, 'b')).not.toEqual(added({}, 32, 'a'))
    expect(added({}, 32, 'a')).toEqual(added({}, 32, 'a'))
  })

  it('has even masks, so that the noise stays real', () => {
    for (const ring of ['square', 'round'] as const) {
      const [height, width] = [12, 10]
      const mask = bandMask({ centre: 400, width: 500, ring }, height, width)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          expect(mask[y * width + x]).toBe(mask[((height - y) % height) * width + ((width - x) % width)])
    }
  })
})

describe('the spectrum of a band', () => {
  const golden = z
    .object({
      height: z.int(),
      width: z.int(),
      epsilon: z.number(),
      key: z.string(),
      seed: z.int(),
      cases: z.array(
        z.object({
          centre: z.int(),
          width: z.int(),
          energy: z.enum(['published', 'equal']),
          spectrum: z.array(z.number()),
        }),
      ),
    })
    .parse(JSON.parse(readFileSync(new URL('goldens/spectrum.json', import.meta.url), 'utf8')))

  it.each(golden.cases)("equals numpy's spectrum of the noise (centre $centre, $energy)", (one) => {
    const { height, width, epsilon, key, seed } = golden
    const { spectrum, ...band } = one
    const found = bandSpectrum(noise({ ...band, epsilon, seed }), key, height, width)
    expect(found).toHaveLength(spectrum.length)
    for (const [at, value] of spectrum.entries()) expect(found[at]).toBeCloseTo(value, 5)
    expect(Math.max(...found)).toBeGreaterThan(1)
  })
})
