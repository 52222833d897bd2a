import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyTransform, corruptions, readPicture, type Picture } from '#engine/images/index.ts'
import { frostTexture, frostTextureCount, publishedIce } from '#engine/images/filters/frostTexture.ts'
import { throughJpeg } from '#engine/images/jpeg/index.ts'
import {
  canonicalPixelTransform,
  corruptionNames,
  frameCount,
  noisePerturbations,
  perturbationNames,
  pixelTransform,
  type CorruptionName,
  type PerturbationName,
  type PixelTransform,
} from '#shared/transforms/index.ts'

const photo = await readPicture(join(import.meta.dirname, 'goldens/geometry/wide.jpg'))

const corrupt = (name: CorruptionName, severity = 3, more: object = {}): PixelTransform =>
  pixelTransform.parse({ op: 'corruption', name, severity, seed: 5, jpeg: false, ...more })
const perturb = (name: PerturbationName, frame: number, more: object = {}): PixelTransform =>
  pixelTransform.parse({ op: 'perturbation', name, frame, seed: 5, ...more })
const apply = (value: PixelTransform, picture: Picture = photo, imageKey = 'a') =>
  applyTransform(picture, value, { imageKey })

const distance = (a: Picture, b: Picture) =>
  a.pixels.reduce((sum, value, i) => sum + (value - b.pixels[i]!) ** 2, 0) / a.pixels.length

/** A picture with structure at all scales. */
function pattern(height: number, width: number): Picture {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    return (x * 5 + y * 3 + (x ^ y) * 2 + 60 * c) % 256
  })
  return { pixels, height, width }
}

describe.each(corruptionNames)('the corruption %s', (name) => {
  it('depends on seed and image alone, and does not write to its input', async () => {
    const before = Uint8Array.from(photo.pixels)
    const first = await apply(corrupt(name))
    await apply(corrupt(name, 5))
    const again = await apply(corrupt(name))
    expect(again.pixels).toEqual(first.pixels)
    expect(photo.pixels).toEqual(before)
    const others = [await apply(corrupt(name, 3, { seed: 6 })), await apply(corrupt(name), photo, 'b')]
    for (const other of others) {
      expect(distance(first, other) > 0).toBe(!corruptions[name].deterministic)
    }
  })

  it('accepts any size and keeps it', async () => {
    for (const [height, width] of [
      [32, 32],
      [61, 40],
      [1, 7],
      [300, 260],
    ] as const) {
      const result = await apply(corrupt(name, 5), pattern(height, width))
      expect([result.height, result.width, result.pixels.length]).toEqual([height, width, height * width * 3])
    }
  })

  it('differs more from the clean image at higher severities', async () => {
    const clean = await apply(corrupt(name, 1))
    const mild = distance(photo, clean)
    const strong = distance(photo, await apply(corrupt(name, 5)))
    expect(mild).toBeGreaterThan(0)
    // saturate reduces the saturation at 1 and 2 and increases it at 3 to 5; elastic has other parameters from 3 on.
    if (name !== 'saturate' && name !== 'elastic_transform') expect(strong).toBeGreaterThan(mild)
  })
})

describe('a corruption', () => {
  it('passes through JPEG of quality 85 by default', async () => {
    const plain = await apply(corrupt('contrast'))
    const passed = await apply(corrupt('contrast', 3, { jpeg: true }))
    expect(passed.pixels).toEqual(throughJpeg(plain, 85).pixels)
    expect(passed.pixels).not.toEqual(plain.pixels)
    expect(pixelTransform.parse({ op: 'corruption', name: 'contrast', severity: 3, seed: 5 })).toMatchObject({
      jpeg: true,
    })
  })

  it('exchanges pixels in the true glass blur, which keeps the mean level', async () => {
    const published = await apply(corrupt('glass_blur', 4))
    const swapped = await apply(corrupt('glass_blur', 4, { variant: 'swap' }))
    expect(swapped.pixels).not.toEqual(published.pixels)
    const sum = (picture: Picture) =>
      picture.pixels.reduce((total, value) => total + value, 0) / picture.pixels.length
    expect(Math.abs(sum(swapped) - sum(photo))).toBeLessThan(1.5)
  })

  it.each([
    { op: 'corruption', name: 'contrast', severity: 6, seed: 1 },
    { op: 'corruption', name: 'contrast', severity: 1, seed: 1, variant: 'swap' },
    { op: 'corruption', name: 'rain', severity: 1, seed: 1 },
    { op: 'perturbation', name: 'tilt', frame: 31, seed: 1 },
    { op: 'perturbation', name: 'tilt', frame: 1, seed: 1, difficulty: 2 },
  ])('refuses %j', (value) => expect(pixelTransform.safeParse(value).success).toBe(false))
})

/** Mean and standard deviation of a channel's levels. */
function momentsOf({ pixels }: Picture, channel: number): { mean: number; deviation: number } {
  const values = Float64Array.from({ length: pixels.length / 3 }, (_, k) => pixels[3 * k + channel]!)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return { mean, deviation: Math.sqrt(variance) }
}

/** Quantiles of the normal distribution at 0.05, 0.15 … 0.95. */
const normalMiddles = [1.6449, 1.0364, 0.6745, 0.3853, 0.1257].flatMap((z) => [z, -z])

describe('frost', () => {
  const textures = (colours: 'matched' | 'first') =>
    Array.from({ length: frostTextureCount }, (_, i) => frostTexture(i, colours))

  it('has five different textures larger than 224 x 224', () => {
    const made = textures('matched')
    expect(made).toHaveLength(5)
    expect(made.every(({ height, width }) => Math.min(height, width) > 224)).toBe(true)
    expect(new Set(made.map(({ pixels }) => pixels.subarray(0, 3000).join())).size).toBe(5)
  })

  it('has the mean and the deviation of each published picture', () => {
    for (const [i, texture] of textures('matched').entries())
      for (const channel of [0, 1, 2]) {
        const { mean, deviation } = momentsOf(texture, channel)
        expect(mean).toBeCloseTo(publishedIce[i]!.mean[channel]!, 0)
        expect(deviation).toBeCloseTo(publishedIce[i]!.deviation[channel]!, 0)
      }
  })

  it.each([
    [1, 1, 0.4],
    [3, 0.7, 0.7],
    [5, 0.6, 0.75],
  ])(
    'changes a picture as ice of the published moments would, severity %i',
    async (severity, own, blended) => {
      const picture = pattern(48, 48)
      const size = picture.pixels.length
      const found = new Float64Array(size)
      const draws = 400
      for (let draw = 0; draw < draws; draw++) {
        const { pixels } = await apply(corrupt('frost', severity, { ice: 'matched' }), picture, `${draw}`)
        pixels.forEach((value, i) => (found[i]! += Math.abs(value - picture.pixels[i]!) / draws))
      }
      // Normally distributed ice, at the middles of ten equal shares of each picture's levels.
      const expected = Float64Array.from(picture.pixels, (value, i) => {
        const changes = publishedIce.flatMap(({ mean, deviation }) =>
          normalMiddles.map((z) => {
            const ice = mean[i % 3]! + z * deviation[i % 3]!
            return Math.abs(Math.min(255, own * value + blended * ice) - value)
          }),
        )
        return changes.reduce((sum, change) => sum + change, 0) / changes.length
      })
      const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0)
      expect(Math.abs(total(found) / total(expected) - 1)).toBeLessThan(0.03)
    },
  )

  it('blends given pictures by the published weights, one of the five at equal chance', async () => {
    const greys = [10, 60, 110, 160, 210]
    const given = greys.map((grey) => ({
      height: 300,
      width: 400,
      pixels: new Uint8Array(300 * 400 * 3).fill(grey),
    }))
    const ice = greys.map((grey) => grey.toString(16).padStart(64, '0'))
    const picture = pattern(48, 48)
    const transform = { ...corrupt('frost', 4), ice }
    const drawn = new Map<number, number>()
    for (let draw = 0; draw < 200; draw++) {
      const context = { imageKey: `${draw}`, pictures: given }
      const { pixels } = await applyTransform(picture, pixelTransform.parse(transform), context)
      const grey = greys.find((one) =>
        pixels.every(
          (value, i) => value === Math.trunc(Math.min(255, 0.65 * picture.pixels[i]! + 0.7 * one)),
        ),
      )
      expect(grey).toBeDefined()
      drawn.set(grey ?? 0, (drawn.get(grey ?? 0) ?? 0) + 1)
    }
    expect(drawn.size).toBe(5)
    // 200 draws of five: 40 each, with a deviation of 5.7.
    for (const count of drawn.values()) expect(Math.abs(count - 40)).toBeLessThan(23)
    await expect(applyTransform(picture, pixelTransform.parse(transform), { imageKey: 'a' })).rejects.toThrow(
      'was not given',
    )
    expect(pixelTransform.safeParse({ ...corrupt('frost'), ice: ice.slice(1) }).success).toBe(false)
  })

  it('keeps the first textures for what was measured with them', async () => {
    const levels = textures('first').map((texture) => momentsOf(texture, 1).mean)
    expect(levels.every((mean) => mean > 95 && mean < 125)).toBe(true)
    const [first, matched] = [
      await apply(corrupt('frost')),
      await apply(corrupt('frost', 3, { ice: 'matched' })),
    ]
    expect(distance(first, matched)).toBeGreaterThan(100)
    expect(canonicalPixelTransform(corrupt('frost'))).toBe(
      '{"jpeg":false,"name":"frost","op":"corruption","seed":5,"severity":3,"variant":"published"}',
    )
    expect(pixelTransform.safeParse({ ...corrupt('fog'), ice: 'matched' }).success).toBe(false)
  })
})

describe.each(perturbationNames)('the perturbation %s', (name) => {
  it('has frames that depend on seed and image alone, and that differ', async () => {
    const [early, late] = [await apply(perturb(name, 3)), await apply(perturb(name, 28))]
    expect((await apply(perturb(name, 3))).pixels).toEqual(early.pixels)
    expect(distance(early, late)).toBeGreaterThan(0)
    expect(
      pixelTransform.safeParse({ op: 'perturbation', name, frame: frameCount(name), seed: 1 }).success,
    ).toBe(false)
  })
})

describe('perturbation sequences', () => {
  it.each(noisePerturbations)(
    '%s starts with the clean image, draws for each frame, and has three difficulties',
    async (name) => {
      expect((await apply(perturb(name, 0))).pixels).toEqual(photo.pixels)
      // Far from black and white, so that nothing is clipped.
      const grey = pattern(90, 90)
      grey.pixels.forEach((value, i) => (grey.pixels[i] = 90 + value / 4))
      const [one, two] = [await apply(perturb(name, 1), grey), await apply(perturb(name, 2), grey)]
      const between = distance(one, two)
      const fromClean = distance(one, grey)
      // The difference of two frames with independent noise has twice the power.
      expect(between / fromClean).toBeGreaterThan(1.8)
      expect(between / fromClean).toBeLessThan(2.2)
      const harder = await apply(perturb(name, 1, { difficulty: 3 }))
      expect(distance(harder, photo)).toBeGreaterThan(2 * fromClean)
    },
  )

  it('keeps the flakes of a snow sequence: neighbouring frames are similar, those of other seeds are not', async () => {
    const [a, b] = [await apply(perturb('snow', 10)), await apply(perturb('snow', 11))]
    const other = await apply(perturb('snow', 11, { seed: 6 }))
    expect(distance(a, b)).toBeLessThan(0.5 * distance(b, other))
  })

  it('is the clean image at the frame without a shift', async () => {
    for (const [name, frame] of [
      ['translate', 20],
      ['rotate', 15],
      ['shear', 15],
      ['brightness', 15],
      ['zoom_blur', 0],
    ] as const) {
      expect(distance(await apply(perturb(name, frame)), photo), name).toBeLessThan(0.5)
    }
  })

  it('moves pixels from outside the crop into it, where they are known', async () => {
    const crop = pattern(40, 40)
    const shifted = perturb('translate', 40)
    const whole = { pixels: new Uint8Array(60 * 60 * 3).fill(200), height: 60, width: 60 }
    const context = { imageKey: 'a', whole: () => whole }
    expect((await applyTransform(crop, shifted, context)).pixels.every((value) => value === 200)).toBe(true)
    expect((await apply(shifted, crop)).pixels.subarray(0, 9)).toEqual(new Uint8Array(9))
  })
})
