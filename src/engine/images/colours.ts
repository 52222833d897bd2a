/** Converts 8-bit CMYK (255: full ink) to RGB like Pillow: (255 - ink)(255 - key) / 255, rounded. */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3)
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const light = 255 - cmyk[from + 3]!
    for (let i = 0; i < 3; i++) rgb[to + i] = Math.max(0, light - byProduct(cmyk[from + i]!, light))
  }
  return rgb
}

/** a b / 255, rounded, computed without a division. */
function byProduct(a: number, b: number): number {
  const t = a * b + 128
  return ((t >> 8) + t) >> 8
}

/** Converts 16-bit grey, three equal samples per pixel, to 8-bit RGB, clipped at 255: like Pillow's mode I;16 to RGB. */
export function grey16ToRgb(samples: Uint16Array): Uint8Array {
  return Uint8Array.from(samples, (value) => Math.min(255, value))
}

/** The high bytes of 16-bit samples. */
export const highBytes = (samples: Uint16Array): Uint8Array => Uint8Array.from(samples, (value) => value >> 8)
