import { expect, it } from 'vitest'
import { applyTransform, type Picture } from '#engine/images/index.ts'
import { patchMask, type PatchDrop } from '#shared/transforms/index.ts'

const drop: PatchDrop = {
  op: 'patchDrop',
  patch: 8,
  percent: 40,
  fill: 'mean',
  seed: 1,
  repeat: 0,
  group: null,
  draws: null,
}
const [height, width] = [21, 35]
const picture: Picture = {
  pixels: Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * 7) % 251),
  height,
  width,
}
const context = { imageKey: 'ab' }

it('fills exactly the dropped patches, partial ones too', async () => {
  const mask = patchMask(drop, 'ab', height, width)
  const before = picture.pixels.slice()
  const { pixels } = await applyTransform(picture, drop, context)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 3 * (y * width + x)
      const dropped = mask[Math.floor(y / 8) * 5 + Math.floor(x / 8)] === 1
      const expected = dropped ? [124, 116, 104] : [...before.subarray(at, at + 3)]
      expect([...pixels.subarray(at, at + 3)]).toEqual(expected)
    }
  }
  expect(picture.pixels).toEqual(before)
})

it('makes the image black at 100 % and is the identity at 0 %', async () => {
  const black = await applyTransform(picture, { ...drop, percent: 100, fill: 'black' }, context)
  expect(black.pixels.every((value) => value === 0)).toBe(true)
  const none = await applyTransform(picture, { ...drop, percent: 0 }, context)
  const clean = await applyTransform(picture, { op: 'identity' }, context)
  expect(none.pixels).toEqual(clean.pixels)
})
