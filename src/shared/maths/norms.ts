/** Distance between two images of the same shape, with values in [0,1]. */
export interface Distance {
  /** Largest absolute change of a value. */
  linf: number
  /** Euclidean norm of the change over all values. */
  l2: number
  /** Share of the values that changed, 0 to 1. */
  changed: number
}

/** Compares two images of the same shape, value by value. */
export function distanceBetween(a: ArrayLike<number>, b: ArrayLike<number>): Distance {
  let linf = 0
  let squares = 0
  let changed = 0
  for (let i = 0; i < a.length; i++) {
    const change = Math.abs((b[i] ?? NaN) - (a[i] ?? NaN))
    linf = Math.max(linf, change)
    squares += change * change
    if (change > 0) changed++
  }
  return { linf, l2: Math.sqrt(squares), changed: a.length === 0 ? 0 : changed / a.length }
}

/** Rounds values in [0,1] to the nearest 8-bit level, as in an image file; values outside are clipped. */
export const toLevels = (image: Float32Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(image, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255))

/**
 * The change from `a` to `b` as a picture of 8-bit levels: grey for no change, black and white for a change of `linf`
 * down or up.
 */
export function changePicture(a: Float32Array, b: Float32Array, linf: number): Uint8Array<ArrayBuffer> {
  const gain = linf === 0 ? 0 : 0.5 / linf
  return Uint8Array.from(a, (value, i) => Math.round((0.5 + ((b[i] ?? 0) - value) * gain) * 255))
}
