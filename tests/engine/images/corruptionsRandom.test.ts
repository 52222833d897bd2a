import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { applyTransform, preprocess, type Picture } from '#engine/images/index.ts'
import { corruptionNames, pixelTransform, type CorruptionName } from '#shared/transforms/index.ts'
import { ringPower } from './spectrum.ts'

const folder = join(import.meta.dirname, 'goldens/corruptions')
const golden = z
  .object({
    bands: z.array(z.int()),
    cases: z.array(
      z.object({
        name: z.enum(corruptionNames),
        severity: z.int(),
        mean: z.number(),
        variance: z.number(),
        psnr: z.number(),
        spectrum: z.array(z.number()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(folder, 'random.json'), 'utf8')))

const geometry = {
  size: [224, 224] as [number, number],
  resize: 'squash',
  resizeTo: null,
  interpolation: 'bicubic',
} as const
const pictures: Picture[] = []
beforeAll(async () => {
  for (let i = 0; i < 50; i++) {
    pictures.push(await preprocess(join(folder, `images/${String(i).padStart(2, '0')}.jpg`), geometry))
  }
})

/** Mean level, variance, squared difference from the clean picture, and powers in rings, summed over results. */
class Totals {
  private n = 0
  private mean = 0
  private variance = 0
  private squared = 0
  private readonly rings = new Array<number>(golden.bands.length - 1).fill(0)

  add(clean: Picture, result: Picture): void {
    const { pixels } = result
    let [sum, squares, difference] = [0, 0, 0]
    for (let k = 0; k < pixels.length; k++) {
      sum += pixels[k]!
      squares += pixels[k]! ** 2
      difference += (pixels[k]! - clean.pixels[k]!) ** 2
    }
    this.n++
    this.mean += sum / pixels.length
    this.variance += squares / pixels.length - (sum / pixels.length) ** 2
    this.squared += difference / pixels.length
    ringPower(result, golden.bands).forEach((power, ring) => (this.rings[ring]! += power))
  }

  statistics() {
    const { n } = this
    return {
      mean: this.mean / n,
      variance: this.variance / n,
      psnr: 10 * Math.log10(255 ** 2 / (this.squared / n)),
      spectrum: this.rings.map((power) => power / n),
    }
  }
}

/** Samples per picture, for corruptions that draw one angle, map or cloud for the whole picture. */
const draws: Partial<Record<CorruptionName, number>> = { motion_blur: 3, elastic_transform: 3, fog: 8 }

/** Clouds vary so much that the mean of four hundred still varies by some per cent in a ring. */
const ringTolerance = (name: CorruptionName) => (name === 'fog' ? 0.1 : 0.05)

describe('a random corruption has the reference’s distribution over fifty pictures', () => {
  it.each(golden.cases)(
    '$name $severity: mean, variance, spectrum, PSNR',
    async ({ name, severity, ...expected }) => {
      const total = new Totals()
      for (let seed = 1; seed <= (draws[name] ?? 1); seed++) {
        for (const [i, picture] of pictures.entries()) {
          const value = pixelTransform.parse({ op: 'corruption', name, severity, seed, jpeg: false })
          total.add(picture, await applyTransform(picture, value, { imageKey: `picture ${i}` }))
        }
      }
      const ours = total.statistics()
      const off = (a: number, b: number) => Math.abs(a / b - 1)
      expect(off(ours.mean, expected.mean), 'mean').toBeLessThan(0.05)
      expect(off(ours.variance, expected.variance), 'variance').toBeLessThan(0.05)
      expect(off(ours.psnr, expected.psnr), 'PSNR').toBeLessThan(0.05)
      ours.spectrum.forEach((power, ring) => {
        expect(off(power, expected.spectrum[ring]!), `ring ${ring}`).toBeLessThan(ringTolerance(name))
      })
    },
  )
})
