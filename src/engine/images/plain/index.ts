import type { Picture } from '../picture.ts'
import { bmpHeader, decodeBmp } from './bmp.ts'
import type { PlainHeader } from './header.ts'
import { decodeNetpbm, netpbmHeader } from './netpbm.ts'

export { Undecodable } from './header.ts'

/** Formats that libvips does not read here. Each reads its header and its pixels, and throws `Undecodable`. */
export const plainFormats: Record<
  'bmp' | 'netpbm',
  { header: (bytes: Uint8Array) => PlainHeader; decode: (bytes: Uint8Array) => Picture }
> = {
  bmp: { header: bmpHeader, decode: decodeBmp },
  netpbm: { header: netpbmHeader, decode: decodeNetpbm },
}
