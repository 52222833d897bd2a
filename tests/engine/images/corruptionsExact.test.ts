import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { applyTransform, preprocess, readPicture, type Picture } from '#engine/images/index.ts'
import { applyGeometry, applyResize } from '#engine/images/geometry.ts'
import { gaussianBlur } from '#engine/images/filters/blur.ts'
import { motionBlur } from '#engine/images/filters/motion.ts'
import { throughJpeg } from '#engine/images/jpeg/index.ts'
import { underWater } from '#engine/images/transforms/corruptions/spatter.ts'
import { corruptionNames, perturbationNames } from '#shared/transforms/index.ts'

const folder = join(import.meta.dirname, 'goldens/corruptions')
const source = z.enum(['photo', 'sticker'])
const exactCase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('corruption'), source, name: z.enum(corruptionNames), severity: z.int() }),
  z.object({ kind: z.literal('frame'), source, name: z.enum(perturbationNames), frame: z.int() }),
  z.object({ kind: z.literal('jpeg'), source, quality: z.int() }),
  z.object({ kind: z.literal('motion'), source, radius: z.int(), sigma: z.number(), angle: z.number() }),
  z.object({
    kind: z.literal('water'),
    source,
    sigma: z.number(),
    threshold: z.number(),
    strength: z.number(),
  }),
])
const exact = z
  .object({ rows: z.array(z.int()), cases: z.array(exactCase) })
  .parse(JSON.parse(readFileSync(join(folder, 'exact.json'), 'utf8')))
const bytes = gunzipSync(readFileSync(join(folder, 'exact.gz')))

const imagenet = {
  size: [224, 224] as [number, number],
  resize: 'shorter',
  resizeTo: 256,
  interpolation: 'bilinear',
} as const
const photoFile = await readPicture(join(folder, '../geometry/photo.jpg'))
const whole = applyResize(photoFile, imagenet)
const enlarged = {
  size: [224, 224] as [number, number],
  resize: 'squash',
  resizeTo: null,
  interpolation: 'bicubic',
} as const
const pictures = {
  photo: applyGeometry(photoFile, imagenet),
  sticker: await preprocess(join(folder, 'images/07.jpg'), enlarged),
}

/** The same picture as in tools/goldens/corruptions/make.py. */
function pseudoNoise(n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => {
    let total = 0
    for (let k = 0; k < 4; k++) {
      let h = 4 * i + k
      for (const multiplier of [2654435761, 2246822519]) {
        h = Math.imul(h, multiplier) >>> 0
        h = (h ^ (h >>> 15)) >>> 0
      }
      total += h / 4294967296
    }
    return (total - 2) * Math.sqrt(3)
  })
}

async function ours(example: z.infer<typeof exactCase>): Promise<Picture> {
  const picture = pictures[example.source]
  const context = { imageKey: 'any', whole: () => whole }
  switch (example.kind) {
    case 'corruption': {
      const { name, severity } = example
      return applyTransform(
        picture,
        { op: 'corruption', name, severity, seed: 0, jpeg: false, variant: 'published' },
        context,
      )
    }
    case 'frame': {
      const { name, frame } = example
      return applyTransform(picture, { op: 'perturbation', name, frame, seed: 0, difficulty: 1 }, context)
    }
    case 'jpeg':
      return throughJpeg(picture, example.quality)
    case 'motion': {
      const { radius, sigma, angle } = example
      return motionBlur({ ...picture, channels: 3 }, radius, sigma, angle)
    }
    case 'water': {
      const { sigma, threshold, strength } = example
      const values = pseudoNoise(224 * 224).map((value) => 0.65 + 0.3 * value)
      const layer = gaussianBlur({ values, height: 224, width: 224, channels: 1 }, sigma)
      const wet = layer.values.map((value) => (value < threshold ? 0 : value))
      return underWater(picture, { ...layer, values: wet }, strength)
    }
  }
}

describe('a deterministic corruption or frame equals the reference', () => {
  const length = exact.rows.length * 224 * 3
  it.each(exact.cases.map((example, i) => [JSON.stringify(example), example, i] as const))(
    '%s',
    async (_, example, i) => {
      const golden = bytes.subarray(i * length, (i + 1) * length)
      const { pixels } = await ours(example)
      let sum = 0
      let far = 0
      exact.rows.forEach((y, row) => {
        for (let k = 0; k < 672; k++) {
          const gap = Math.abs(golden[row * 672 + k]! - pixels[y * 672 + k]!)
          sum += gap
          if (gap > 3) far++
        }
      })
      expect(sum / length).toBeLessThan(0.25)
      expect(far).toBe(0)
    },
  )
})
