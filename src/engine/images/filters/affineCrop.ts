import { cropAxis } from '../geometry.ts'
import type { Picture } from '../picture.ts'

/** An affine map from output to input, in pixel corners: x' = a x + b y + c, y' = d x + e y + f (as in `Image.transform`). */
export type InverseAffine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/**
 * The inverse affine map about the picture's centre, as in torchvision's `affine`. `across` and `down` are the columns of
 * the inverse 2x2 matrix. `shift` is the translation in pixels.
 */
export function aboutCentre(
  { height, width }: Picture,
  [a, b, d, e]: readonly [number, number, number, number],
  [tx, ty]: readonly [number, number] = [0, 0],
): InverseAffine {
  const [cx, cy] = [width / 2, height / 2]
  return [a, b, a * (-cx - tx) + b * (-cy - ty) + cx, d, e, d * (-cx - tx) + e * (-cy - ty) + cy]
}

/**
 * Transforms a picture by an affine map and takes the centre crop of `height` x `width`. Equals Pillow's transform
 * (bilinear, truncated to 8 bits, black outside) and then torchvision's CenterCrop. Only the crop is computed.
 */
export function affineCrop(picture: Picture, map: InverseAffine, height: number, width: number): Picture {
  const [a, b, c, d, e, f] = map
  const { pixels: from } = picture
  const rows = cropAxis(picture.height, height)
  const columns = cropAxis(picture.width, width)
  const pixels = new Uint8Array(height * width * 3)
  for (let y = 0; y < rows.length; y++) {
    const yo = rows.from + y + 0.5
    let to = 3 * ((rows.to + y) * width + columns.to)
    for (let x = 0; x < columns.length; x++, to += 3) {
      const xo = columns.from + x + 0.5
      const xi = a * xo + b * yo + c
      const yi = d * xo + e * yo + f
      if (xi < 0 || yi < 0 || xi >= picture.width || yi >= picture.height) continue
      const left = Math.floor(xi - 0.5)
      const top = Math.floor(yi - 0.5)
      const right = xi - 0.5 - left
      const down = yi - 0.5 - top
      const x0 = 3 * Math.max(0, left)
      const x1 = 3 * Math.min(picture.width - 1, left + 1)
      const y0 = 3 * picture.width * Math.max(0, top)
      const y1 = 3 * picture.width * Math.min(picture.height - 1, top + 1)
      for (let channel = 0; channel < 3; channel++) {
        const upperLeft = from[y0 + x0 + channel]!
        const lowerLeft = from[y1 + x0 + channel]!
        const upper = upperLeft + right * (from[y0 + x1 + channel]! - upperLeft)
        const lower = lowerLeft + right * (from[y1 + x1 + channel]! - lowerLeft)
        pixels[to + channel] = upper + down * (lower - upper)
      }
    }
  }
  return { pixels, height, width }
}
