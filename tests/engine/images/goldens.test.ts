import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { preprocessing } from '#shared/contract/models.ts'
import { preprocess, readPicture, type Picture } from '#engine/images/index.ts'

const folder = join(import.meta.dirname, 'goldens')
const geometry = preprocessing.pick({ size: true, resize: true, resizeTo: true, interpolation: true })
const goldens = z
  .object({
    geometry: z.array(z.object({ source: z.string(), golden: z.string(), geometry })),
    decode: z.array(z.object({ source: z.string(), golden: z.string() })),
  })
  .parse(JSON.parse(readFileSync(join(folder, 'goldens.json'), 'utf8')))

/** Largest and mean difference in grey levels. */
async function difference(ours: Picture, path: string) {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
  expect([ours.height, ours.width, 3]).toEqual([info.height, info.width, info.channels])
  let largest = 0
  let sum = 0
  data.forEach((value, i) => {
    const gap = Math.abs(value - ours.pixels[i]!)
    largest = Math.max(largest, gap)
    sum += gap
  })
  return { largest, mean: sum / data.length }
}

describe('geometry', () => {
  it.each(goldens.geometry)('$golden: $source as torchvision resizes and crops it', async (example) => {
    const ours = await preprocess(join(folder, 'geometry', example.source), example.geometry)
    expect(await difference(ours, join(folder, 'geometry', example.golden))).toEqual({ largest: 0, mean: 0 })
  })
})

describe('decoding', () => {
  it.each(goldens.decode)('$source gives the pixels of Pillow', async ({ source, golden }) => {
    const ours = await readPicture(join(folder, 'decode', source))
    expect(await difference(ours, join(folder, 'decode', golden))).toEqual({ largest: 0, mean: 0 })
  })
})
