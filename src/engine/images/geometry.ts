import type { Preprocessing } from '#shared/contract/models.ts'
import type { Picture } from './picture.ts'
import { resize, type Window } from './resample.ts'

/** Border, resize and crop of a preprocessing. The normalisation is part of the model's graph. */
export type Geometry = Pick<Preprocessing, 'size' | 'resize' | 'resizeTo' | 'interpolation' | 'border'>

/** A key that is equal for equal geometries. */
export const geometryKey = ({ size, resize, resizeTo, interpolation, border }: Geometry) =>
  (border === undefined ? '' : `border ${border} `) +
  (resize === 'none' ? `none ${size.join('x')}` : `${resize} ${resizeTo} ${interpolation} ${size.join('x')}`)

/** A picture without `border` pixels at each side; an image that is not larger than two borders keeps its own. */
export function withoutBorder(picture: Picture, border = 0): Picture {
  const [height, width] = [picture.height - 2 * border, picture.width - 2 * border]
  if (border === 0 || height < 1 || width < 1) return picture
  const pixels = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    const from = 3 * ((y + border) * picture.width + border)
    pixels.set(picture.pixels.subarray(from, from + 3 * width), 3 * y * width)
  }
  return { pixels, height, width }
}

/** Size [height, width] after the resize. `shorter` is torchvision's `Resize(int)`, which rounds the longer side down. */
export function resizedSize(geometry: Geometry, height: number, width: number): [number, number] {
  const { size, resizeTo } = geometry
  switch (geometry.resize) {
    case 'none':
      return [height, width]
    case 'squash':
      return [size[0], size[1]]
    case 'squashCrop': {
      const scale = (resizeTo ?? Math.min(...size)) / Math.min(...size)
      return [Math.round(size[0] * scale), Math.round(size[1] * scale)]
    }
    case 'shorter': {
      const short = resizeTo ?? Math.min(...size)
      const longer = (long: number, side: number) => Math.trunc((short * long) / side)
      return height <= width ? [short, longer(width, height)] : [longer(height, width), short]
    }
  }
}

/** Rounds like Python: a half goes to the even neighbour. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

/**
 * One axis of torchvision's `CenterCrop`: `length` pixels from `from` of the image go to `to` of the output. An image
 * smaller than the crop is padded with black; an odd pixel is added at the far side.
 */
export function cropAxis(image: number, crop: number): { from: number; length: number; to: number } {
  if (image < crop) return { from: 0, length: image, to: Math.floor((crop - image) / 2) }
  return { from: roundHalfEven((image - crop) / 2), length: crop, to: 0 }
}

/**
 * Where an edge or point of an image of a size lies in the model's input, in its pixels: x and y in pixels of the image, which
 * may lie outside of what is cropped.
 */
export function placeInInput(
  geometry: Geometry,
  { height, width }: { height: number; width: number },
): (x: number, y: number) => [number, number] {
  const { border = 0 } = geometry
  const own = { height: height - 2 * border, width: width - 2 * border }
  const [resizedHeight, resizedWidth] = resizedSize(geometry, own.height, own.width)
  const down = cropAxis(resizedHeight, geometry.size[0])
  const across = cropAxis(resizedWidth, geometry.size[1])
  return (x, y) => [
    ((x - border) * resizedWidth) / own.width - across.from + across.to,
    ((y - border) * resizedHeight) / own.height - down.from + down.to,
  ]
}

/** Resizes without the crop. */
export function applyResize(whole: Picture, geometry: Geometry): Picture {
  const picture = withoutBorder(whole, geometry.border)
  const [height, width] = resizedSize(geometry, picture.height, picture.width)
  return resize(picture, height, width, geometry.interpolation)
}

/** Resizes and centre-crops (or pads) to the model's input size. Equals Pillow and torchvision. */
export function applyGeometry(whole: Picture, geometry: Geometry): Picture {
  const picture = withoutBorder(whole, geometry.border)
  const [height, width] = resizedSize(geometry, picture.height, picture.width)
  const [outHeight, outWidth] = geometry.size
  const y = cropAxis(height, outHeight)
  const x = cropAxis(width, outWidth)
  const window: Window = { top: y.from, left: x.from, height: y.length, width: x.length }
  const inner = resize(picture, height, width, geometry.interpolation, window)
  if (inner.height === outHeight && inner.width === outWidth) return inner
  return placed(inner, y.to, x.to, outHeight, outWidth)
}

/** Places a picture on a black background of the given size. */
function placed(inner: Picture, top: number, left: number, height: number, width: number): Picture {
  const pixels = new Uint8Array(height * width * 3)
  for (let y = 0; y < inner.height; y++) {
    const row = inner.pixels.subarray(3 * y * inner.width, 3 * (y + 1) * inner.width)
    pixels.set(row, 3 * ((top + y) * width + left))
  }
  return { pixels, height, width }
}
