import { expect, it } from 'vitest'
import { applyGeometry, cropAxis, resizedSize, type Geometry } from '#engine/images/geometry.ts'
import { resize } from '#engine/images/resample.ts'

const shorter: Geometry = { size: [224, 224], resize: 'shorter', resizeTo: 256, interpolation: 'bilinear' }

it('rounds the longer side down, be it height or width', () => {
  expect(resizedSize(shorter, 375, 500)).toEqual([256, 341])
  expect(resizedSize(shorter, 500, 375)).toEqual([341, 256])
  expect(resizedSize(shorter, 300, 300)).toEqual([256, 256])
  expect(resizedSize({ ...shorter, resizeTo: null }, 100, 150)).toEqual([224, 336])
})

it('squashes to a square and crops its middle, whatever the proportions, as the published attack does', () => {
  const squashed: Geometry = { ...shorter, resize: 'squashCrop' }
  expect(resizedSize(squashed, 375, 500)).toEqual([256, 256])
  expect(resizedSize({ ...squashed, size: [112, 224], resizeTo: 128 }, 375, 500)).toEqual([128, 256])
  const [height, width] = [90, 130]
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i) % 253)
  const whole = resize({ pixels, height, width }, 256, 256, 'bilinear')
  const crop = applyGeometry({ pixels, height, width }, squashed)
  for (const row of [0, 100, 223]) {
    const from = 3 * ((row + 16) * 256 + 16)
    expect(crop.pixels.subarray(672 * row, 672 * (row + 1))).toEqual(whole.pixels.subarray(from, from + 672))
  }
})

it('centres a crop with Python’s rounding, and adds an odd pixel of padding at the far side', () => {
  expect(cropAxis(225, 224)).toEqual({ from: 0, length: 224, to: 0 })
  expect(cropAxis(227, 224)).toEqual({ from: 2, length: 224, to: 0 })
  expect(cropAxis(229, 224)).toEqual({ from: 2, length: 224, to: 0 })
  expect(cropAxis(19, 32)).toEqual({ from: 0, length: 19, to: 6 })
})

it('gives a window the pixels of the whole resized image', () => {
  const [height, width] = [57, 83]
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i) % 253)
  const whole = resize({ pixels, height, width }, 31, 120, 'bicubic')
  const window = { top: 5, left: 17, height: 20, width: 90 }
  const part = resize({ pixels, height, width }, 31, 120, 'bicubic', window)
  for (let y = 0; y < window.height; y++) {
    const from = 3 * ((window.top + y) * 120 + window.left)
    expect(part.pixels.subarray(270 * y, 270 * (y + 1))).toEqual(whole.pixels.subarray(from, from + 270))
  }
})

it('refuses an image whose resize would not fit in memory, with a code', () => {
  const sliver = { pixels: new Uint8Array(3 * 500_000), height: 500_000, width: 1 }
  expect(() => applyGeometry(sliver, { ...shorter, resize: 'squash' })).toThrow(
    expect.objectContaining({ code: 'IMAGE_TOO_LARGE' }),
  )
})

it('resizes a photograph of many rows in little memory', () => {
  const tall = { pixels: new Uint8Array(3 * 300 * 20_000).fill(77), height: 20_000, width: 300 }
  const { pixels } = applyGeometry(tall, { ...shorter, resize: 'squash' })
  expect(pixels.every((value) => value === 77)).toBe(true)
})
