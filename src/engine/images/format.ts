export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp' | 'netpbm'

const ascii = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to))

const signatures: [ImageFormat, (bytes: Uint8Array) => boolean][] = [
  ['jpeg', (b) => b[0] === 0xff && b[1] === 0xd8 && b[2] === 0xff],
  ['png', (b) => ascii(b, 0, 8) === '\x89PNG\r\n\x1a\n'],
  ['webp', (b) => ascii(b, 0, 4) === 'RIFF' && ascii(b, 8, 12) === 'WEBP'],
  ['gif', (b) => /^GIF8[79]a$/.test(ascii(b, 0, 6))],
  ['tiff', (b) => ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(ascii(b, 0, 4))],
  ['bmp', (b) => ascii(b, 0, 2) === 'BM'],
  ['netpbm', (b) => /^P[56][\s#]/.test(ascii(b, 0, 3))],
  ['avif', (b) => ascii(b, 4, 8) === 'ftyp' && /avi[fs]/.test(ascii(b, 8, 32))],
]

/**
 * Finds the format by the file's first bytes, never by its name; null for another format. Only these formats are given to
 * the decoder, because it would also accept SVG, which can refer to other files.
 */
export function imageFormat(bytes: Uint8Array): ImageFormat | null {
  return signatures.find(([, matches]) => matches(bytes))?.[0] ?? null
}
