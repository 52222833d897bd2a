import type { Picture } from '../picture.ts'
import { Undecodable, type PlainHeader } from './header.ts'

interface BmpHeader extends PlainHeader {
  bits: number
  /** Rows from the top on; most files begin with the last row. */
  topDown: boolean
  /** Bytes of a row, with what fills it up to four. */
  stride: number
  /** Colours by index, blue, green, red and as many bytes more as `entry` says. */
  palette: Uint8Array
  entry: number
}

/**
 * Reads the header of a Windows bitmap.
 *
 * @throws Undecodable where it is cut, or of a form that is not read: run lengths, 16 bits
 */
export function bmpHeader(bytes: Uint8Array): BmpHeader {
  if (bytes.length < 26) throw new Undecodable('the file ends within its header')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(14, true)
  const old = size === 12
  if (!old && (size < 40 || bytes.length < 54)) throw new Undecodable('no header of a bitmap')
  const start = view.getUint32(10, true)
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true)
  const rows = old ? view.getUint16(20, true) : view.getInt32(22, true)
  const bits = view.getUint16(old ? 24 : 28, true)
  const compression = old ? 0 : view.getUint32(30, true)
  const usualMasks = compression === 3 && bits === 32 && size >= 52 && hasUsualMasks(view)
  if (compression !== 0 && !usualMasks)
    throw new Undecodable(`bitmaps of compression ${compression} are not read`)
  if (![1, 4, 8, 24, 32].includes(bits)) throw new Undecodable(`bitmaps of ${bits} bits a pixel are not read`)
  if (width < 1 || rows === 0) throw new Undecodable('it has no pixels')
  const palette = bits > 8 ? new Uint8Array() : bytes.subarray(14 + size, start)
  const stride = Math.floor((width * bits + 31) / 32) * 4
  return {
    width,
    height: Math.abs(rows),
    start,
    bits,
    topDown: rows < 0,
    stride,
    palette,
    entry: old ? 3 : 4,
  }
}

/** Red, green and blue in the order of 32-bit pixels without masks. */
const hasUsualMasks = (view: DataView): boolean =>
  [0xff0000, 0xff00, 0xff].every((mask, at) => view.getUint32(54 + 4 * at, true) === mask)

/**
 * Decodes a Windows bitmap to 8-bit RGB like Pillow; a fourth byte of a pixel is ignored.
 *
 * @throws Undecodable where it is cut, or of a form that is not read
 */
export function decodeBmp(bytes: Uint8Array): Picture {
  const { width, height, start, bits, topDown, stride, palette, entry } = bmpHeader(bytes)
  if (start + stride * height > bytes.length) throw new Undecodable('the file ends before its last pixel')
  const pixels = new Uint8Array(width * height * 3)
  const step = bits / 8
  for (let y = 0; y < height; y++) {
    const row = start + stride * (topDown ? y : height - 1 - y)
    for (let x = 0; x < width; x++) {
      const to = 3 * (y * width + x)
      const index = bits > 8 ? 0 : indexAt(bytes, row, x, bits)
      const source = bits > 8 ? bytes : palette
      const from = bits > 8 ? row + x * step : index * entry
      for (let channel = 0; channel < 3; channel++) pixels[to + channel] = source[from + 2 - channel] ?? 0
    }
  }
  return { pixels, height, width }
}

/** The index of a pixel in the palette; several lie in a byte, the first in its highest bits. */
function indexAt(bytes: Uint8Array, row: number, x: number, bits: number): number {
  const byte = bytes[row + Math.floor((x * bits) / 8)] ?? 0
  const shift = 8 - bits - ((x * bits) % 8)
  return (byte >> shift) & ((1 << bits) - 1)
}
