import sharp, { type Metadata, type Sharp } from 'sharp'
import { KernelscopeError } from '#shared/errors.ts'
import { cmykToRgb, grey16ToRgb, highBytes } from './colours.ts'
import { imageFormat } from './format.ts'
import type { Picture } from './picture.ts'
import { plainFormats, Undecodable } from './plain/index.ts'
import { onItsSide, turned } from './turn.ts'

/** Most pixels (width times height) of an image; larger images are refused before they are decoded. */
export const maxPixels = 100_000_000

// Each worker decodes one image at a time; the parallelism is in the workers. No image is decoded twice.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Opens the bytes with libvips: the first frame, without the embedded colour profile. libvips checks the number of pixels
 * again when it decodes. With failOn 'error' it accepts what Pillow accepts (stray bytes between JPEG markers) and refuses
 * what Pillow refuses.
 */
const open = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true, failOn: 'error', limitInputPixels: maxPixels, pages: 1 })

/**
 * What is read of a header. `space` is `plain` for the formats that libvips does not read. `turn` is an orientation that is
 * followed, as Pillow follows that of a TIFF; width and height are those of the turned picture.
 */
export type Header = Pick<Metadata, 'width' | 'height' | 'depth' | 'orientation' | 'hasAlpha'> & {
  space: Metadata['space'] | 'plain'
  turn?: number
}

/** @throws IMAGE_UNREADABLE in place of `Undecodable` */
function readable<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Undecodable)) throw cause
    throw new KernelscopeError('IMAGE_UNREADABLE', `${name} cannot be decoded`, {
      details: cause.message,
      cause,
    })
  }
}

/** The form of a picture that libvips does not read; null for another. */
const plainForm = (bytes: Uint8Array) => {
  const format = imageFormat(bytes)
  return format === 'bmp' || format === 'netpbm' ? plainFormats[format] : null
}

async function headerOf(bytes: Uint8Array, name: string): Promise<Header> {
  const form = plainForm(bytes)
  if (form) {
    const { width, height } = readable(name, () => form.header(bytes))
    return { width, height, space: 'plain', depth: 'uchar', hasAlpha: false }
  }
  const { orientation = 1, ...header } = await guarded(
    name,
    sharp(bytes, { limitInputPixels: false }).metadata(),
  )
  const stored = { ...header, height: header.pageHeight ?? header.height }
  if (imageFormat(bytes) !== 'tiff' || orientation === 1) return { ...stored, orientation }
  const { width, height } = stored
  return { ...stored, turn: orientation, ...(onItsSide(orientation) ? { width: height, height: width } : {}) }
}

/**
 * Reads the header only.
 *
 * @param name name of the image in messages
 * @throws IMAGE_UNREADABLE where the bytes are not an image of a supported format
 * @throws IMAGE_TOO_LARGE where the image has more than `maxPixels` pixels
 */
export async function readHeader(bytes: Uint8Array, name: string): Promise<Header> {
  if (imageFormat(bytes) === null) {
    throw new KernelscopeError(
      'IMAGE_UNREADABLE',
      `${name} is not a JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, PPM or PGM image`,
    )
  }
  const header = await headerOf(bytes, name)
  const { width, height } = header
  if (width * height > maxPixels) {
    throw new KernelscopeError('IMAGE_TOO_LARGE', `${name} has ${width}x${height} pixels`)
  }
  return header
}

/**
 * Decodes to exactly the pixels of Pillow's `Image.open(path).convert('RGB')`, 8-bit RGB. Alpha is dropped, not
 * composited. Colour profiles are ignored, and the EXIF orientation of all but a TIFF. Animations give their first frame. 16-bit
 * colour gives its high byte, as does 16-bit grey with alpha; 16-bit grey alone is clipped at 255 (Pillow's conversion of mode I;16). CMYK gives (255-c)(255-k)/255. One
 * difference is known: transparent pixels of a GIF are black here, in Pillow they have the palette's colour.
 *
 * @param name name of the image in messages
 * @throws IMAGE_UNREADABLE where the bytes are not an image of a supported format, or are truncated or damaged
 * @throws IMAGE_TOO_LARGE where the image has more than `maxPixels` pixels
 */
export async function decode(bytes: Uint8Array, name: string): Promise<Picture> {
  const header = await readHeader(bytes, name)
  const form = plainForm(bytes)
  if (form) return readable(name, () => form.decode(bytes))
  const { turn = 1 } = header
  const [height, width] = onItsSide(turn) ? [header.width, header.height] : [header.height, header.width]
  return turned(
    { pixels: await storedPixels(bytes, name, { ...header, height, width }), height, width },
    turn,
  )
}

/** The pixels as they are stored, of a picture of these sides. */
async function storedPixels(bytes: Uint8Array, name: string, header: Header): Promise<Uint8Array> {
  const { width, height } = header
  if (header.space === 'cmyk') {
    const inks = open(bytes).pipelineColourspace('cmyk').toColourspace('cmyk')
    if (header.depth === 'uchar') return cmykToRgb(await pixelsOf(name, inks.raw(), width * height * 4))
    const samples = await pixelsOf(name, inks.raw({ depth: 'ushort' }), width * height * 8)
    return cmykToRgb(highBytes(new Uint16Array(samples.slice().buffer)))
  }
  if (header.space === 'grey16' || (header.space === 'b-w' && header.depth === 'ushort')) {
    const raw = open(bytes)
      .removeAlpha()
      .pipelineColourspace('rgb16')
      .toColourspace('rgb16')
      .raw({ depth: 'ushort' })
    const samples = new Uint16Array((await pixelsOf(name, raw, width * height * 6)).slice().buffer)
    return isGreyAlphaPng(bytes) ? highBytes(samples) : grey16ToRgb(samples)
  }
  return pixelsOf(name, open(bytes).removeAlpha().toColourspace('srgb').raw(), width * height * 3)
}

/** Whether the bytes are a PNG of grey with alpha, by the type of colour in its header. */
const isGreyAlphaPng = (bytes: Uint8Array) => imageFormat(bytes) === 'png' && bytes[25] === 4

/** The bytes as a plain Uint8Array, because a Buffer's `slice` shares memory instead of copying. */
const plain = (buffer: Buffer) => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)

async function pixelsOf(name: string, image: Sharp, length: number): Promise<Uint8Array> {
  const data = await guarded(name, image.toBuffer())
  if (data.length !== length) {
    throw new KernelscopeError(
      'IMAGE_UNREADABLE',
      `${name} decodes to ${data.length} bytes instead of ${length}`,
    )
  }
  return plain(data)
}

async function guarded<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const details = cause instanceof Error ? cause.message : String(cause)
    if (details.includes('exceeds pixel limit')) {
      throw new KernelscopeError('IMAGE_TOO_LARGE', `${name} has too many pixels`, { details, cause })
    }
    throw new KernelscopeError('IMAGE_UNREADABLE', `${name} cannot be decoded`, { details, cause })
  }
}
