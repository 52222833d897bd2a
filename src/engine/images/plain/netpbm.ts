import type { Picture } from '../picture.ts'
import { Undecodable, type PlainHeader } from './header.ts'

interface NetpbmHeader extends PlainHeader {
  channels: 1 | 3
  /** The value of white. */
  most: number
}

/**
 * Reads the header of a binary PGM or PPM: its mark, width, height and the value of white, with comments between.
 *
 * @throws Undecodable where it is cut or malformed
 */
export function netpbmHeader(bytes: Uint8Array): NetpbmHeader {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, longest))
  const found =
    /^P([56])(?:\s+|#[^\n\r]*[\n\r])+(\d+)(?:\s+|#[^\n\r]*[\n\r])+(\d+)(?:\s+|#[^\n\r]*[\n\r])+(\d+)\s/.exec(
      text,
    )
  if (!found) throw new Undecodable('its header is cut or malformed')
  const [header, mark, width, height, most] = found
  const sizes = { width: Number(width), height: Number(height), most: Number(most) }
  if (sizes.width < 1 || sizes.height < 1) throw new Undecodable('it has no pixels')
  if (sizes.most < 1 || sizes.most > 65535) throw new Undecodable(`its white is ${most}`)
  return { ...sizes, start: header.length, channels: mark === '6' ? 3 : 1 }
}

/** Longest header that is read, in bytes. */
const longest = 4096

/**
 * Decodes a binary PGM or PPM to 8-bit RGB like Pillow: values are scaled to white, and grey of more than 8 bits is scaled to 16
 * and clipped at 255.
 *
 * @throws Undecodable where it is cut
 */
export function decodeNetpbm(bytes: Uint8Array): Picture {
  const { width, height, start, channels, most } = netpbmHeader(bytes)
  const size = most > 255 ? 2 : 1
  if (start + width * height * channels * size > bytes.length)
    throw new Undecodable('the file ends before its last pixel')
  const white = size === 2 && channels === 1 ? 65535 : 255
  const pixels = new Uint8Array(width * height * 3)
  for (let to = 0; to < pixels.length; to++) {
    const from = start + size * (channels === 3 ? to : Math.floor(to / 3))
    const raw = size === 1 ? (bytes[from] ?? 0) : 256 * (bytes[from] ?? 0) + (bytes[from + 1] ?? 0)
    const value = most === white ? raw : halfToEven((raw / most) * white)
    pixels[to] = Math.min(255, value)
  }
  return { pixels, height, width }
}

/** Rounds like Python: a half goes to the even neighbour. */
function halfToEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}
