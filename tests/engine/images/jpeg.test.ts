import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { throughJpeg } from '#engine/images/jpeg/index.ts'
import type { Picture } from '#engine/images/picture.ts'

/** Writes and reads a picture with libjpeg. */
async function throughFile({ pixels, height, width }: Picture, quality: number): Promise<Uint8Array> {
  const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0', optimiseCoding: false })
    .toBuffer()
  return new Uint8Array(await sharp(file).raw().toBuffer())
}

/** Noise, black and white, a smooth picture with grain, or a fine chequer. */
const kinds: Record<string, (x: number, y: number, channel: number, noise: number) => number> = {
  noise: (_x, _y, _channel, noise) => 256 * noise,
  'black and white': (_x, _y, _channel, noise) => (noise < 0.5 ? 0 : 255),
  smooth: (x, y, channel, noise) => 128 + 60 * Math.sin(x / 9 + channel) + 50 * Math.cos(y / 13) + 10 * noise,
  chequer: (x, y, channel) => (((x >> 2) ^ (y >> (2 + (channel & 1)))) & 1 ? 255 : 0),
}

const picture = fc
  .record({
    height: fc.integer({ min: 1, max: 70 }),
    width: fc.integer({ min: 1, max: 70 }),
    kind: fc.constantFrom(...Object.keys(kinds)),
    noise: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  })
  .map(({ height, width, kind, noise }): Picture => {
    const pixels = new Uint8Array(3 * height * width)
    for (let i = 0; i < pixels.length; i++) {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
      pixels[i] = kinds[kind]?.(x, y, i % 3, noise.next().value ?? 0) ?? 0
    }
    return { pixels, height, width }
  })

describe('a picture through JPEG', () => {
  it('has the pixels that libjpeg reads back, at any size and quality', async () => {
    await fc.assert(
      fc.asyncProperty(picture, fc.integer({ min: 1, max: 100 }), async (given, quality) => {
        expect(throughJpeg(given, quality).pixels).toEqual(await throughFile(given, quality))
      }),
      { numRuns: 150 },
    )
  })

  it('does not write to the given picture, and refuses qualities outside 1 to 100', () => {
    const pixels = Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256)
    const given = { pixels, height: 10, width: 10 }
    const before = pixels.slice()
    throughJpeg(given, 5)
    expect(pixels).toEqual(before)
    for (const quality of [0, 101, Number.NaN])
      expect(() => throughJpeg(given, quality)).toThrow('invalid quality')
  })
})
