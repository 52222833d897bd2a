import sharp, { type Sharp } from 'sharp'
import { KernelscopeError } from '#shared/errors.ts'
import { parseRowPath } from './arrays/index.ts'
import { decode, maxPixels, readHeader } from './decode.ts'
import { readImageFile, showPath, type ImagePath } from './file.ts'
import type { Picture } from './picture.ts'
import { readPicture } from './preprocess.ts'

const fromPixels = ({ pixels, height, width }: Picture): Sharp =>
  sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: maxPixels })

/** Encodes 8-bit RGB pixels [height, width, 3] as PNG. */
export async function encodePng(pixels: Uint8Array, height: number, width: number): Promise<Buffer> {
  return fromPixels({ pixels, height, width }).png({ compressionLevel: 3 }).toBuffer()
}

/** Shrinks a picture to at most `side` pixels on its longer side. */
export async function shrink(picture: Picture, side: number): Promise<Picture> {
  const { data, info } = await fromPixels(picture)
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { pixels: data, height: info.height, width: info.width }
}

/**
 * Encodes an image as WebP, shrunk to at most `size` pixels on its longer side.
 *
 * @throws the errors of `readPicture`
 */
export async function thumbnail(path: ImagePath, size: number): Promise<Buffer> {
  const name = showPath(path)
  if (isRow(path)) return preview(fromPixels(await readPicture(path)), size, name)
  const { bytes } = await readImageFile(path)
  const header = await readHeader(bytes, name)
  // Shrinking while decoding is many times faster than `decode`. A thumbnail need not have the exact pixels.
  const direct = header.turn === undefined && (header.space === 'srgb' || header.space === 'b-w')
  const source = direct
    ? sharp(bytes, { ignoreIcc: true, limitInputPixels: maxPixels }).removeAlpha()
    : fromPixels(await decode(bytes, name))
  return preview(source, size, name)
}

const isRow = (path: ImagePath) => typeof path === 'string' && parseRowPath(path) !== null

async function preview(source: Sharp, size: number, name: string): Promise<Buffer> {
  try {
    return await source
      .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80, effort: 2 })
      .toBuffer()
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : String(cause)
    throw new KernelscopeError('IMAGE_UNREADABLE', `${name} cannot be decoded`, { details, cause })
  }
}

/** Most pixels of a picture that is sent to the screen as PNG. Larger ones are sent as lossy WebP. */
const losslessPixels = 8_000_000
const webpMaxSide = 16383

/**
 * Encodes an image for a browser, at its own size, as PNG or WebP. The pixels are those that models get
 * (`decode`).
 *
 * @throws the errors of `readPicture`
 */
export async function browserPicture(path: ImagePath): Promise<{ type: string; bytes: Buffer }> {
  const picture = await readPicture(path)
  const { height, width } = picture
  if (height * width <= losslessPixels || Math.max(height, width) > webpMaxSide) {
    return { type: 'image/png', bytes: await encodePng(picture.pixels, height, width) }
  }
  return { type: 'image/webp', bytes: await fromPixels(picture).webp({ quality: 90, effort: 2 }).toBuffer() }
}
