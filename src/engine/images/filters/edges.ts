import { borderIndex } from './blur.ts'

/** One channel [height, width]. */
export interface Plane<T extends Uint8Array | Float32Array | Int32Array = Uint8Array> {
  values: T
  height: number
  width: number
}

/** tan(22.5°) with 15 fraction bits. */
const tan22 = Math.trunc(Math.SQRT2 * 32768 - 32768 + 0.5)

/** 3x3 Sobel derivatives with repeated edge, and |dx| + |dy| with a border of zeros one pixel wide. */
function gradients({ values, height, width }: Plane) {
  const dx = new Int32Array(height * width)
  const dy = new Int32Array(height * width)
  const magnitude = new Int32Array((height + 2) * (width + 2))
  for (let y = 0; y < height; y++) {
    const above = borderIndex(y - 1, height, 'nearest') * width
    const here = y * width
    const below = borderIndex(y + 1, height, 'nearest') * width
    for (let x = 0; x < width; x++) {
      const l = x === 0 ? 0 : x - 1
      const r = x === width - 1 ? x : x + 1
      const al = values[above + l]!
      const ar = values[above + r]!
      const bl = values[below + l]!
      const br = values[below + r]!
      const gx = ar + 2 * values[here + r]! + br - al - 2 * values[here + l]! - bl
      const gy = bl + 2 * values[below + x]! + br - al - 2 * values[above + x]! - ar
      dx[here + x] = gx
      dy[here + x] = gy
      magnitude[(y + 1) * (width + 2) + x + 1] = Math.abs(gx) + Math.abs(gy)
    }
  }
  return { dx, dy, magnitude }
}

/** Finds edges by Canny's method like OpenCV (aperture 3, L1 gradient): 255 on an edge, 0 elsewhere. */
export function canny(plane: Plane, low: number, high: number): Plane {
  const { height, width } = plane
  const { dx, dy, magnitude } = gradients(plane)
  const stride = width + 2
  /** 1: belongs to an edge if it touches one. */
  const state = new Uint8Array(magnitude.length)
  const edges: number[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1
      const m = magnitude[at]!
      if (m <= low || !isCrest(magnitude, at, stride, dx[y * width + x]!, dy[y * width + x]!)) continue
      state[at] = 1
      if (m > high) edges.push(at)
    }
  }
  const out = new Uint8Array(height * width)
  for (let at = edges.pop(); at !== undefined; at = edges.pop()) {
    if (state[at] !== 1) continue
    state[at] = 2
    out[(Math.floor(at / stride) - 1) * width + (at % stride) - 1] = 255
    for (const row of [at - stride, at, at + stride]) {
      for (let next = row - 1; next <= row + 1; next++) if (state[next] === 1) edges.push(next)
    }
  }
  return { values: out, height, width }
}

/** Whether the magnitude is largest across the edge, with OpenCV's rule for ties. */
function isCrest(magnitude: Int32Array, at: number, stride: number, dx: number, dy: number): boolean {
  const m = magnitude[at]!
  const xs = Math.abs(dx)
  const ys = Math.abs(dy) * 32768
  const flat = xs * tan22
  if (ys < flat) return m > magnitude[at - 1]! && m >= magnitude[at + 1]!
  if (ys > flat + xs * 65536) return m > magnitude[at - stride]! && m >= magnitude[at + stride]!
  const side = (dx ^ dy) < 0 ? -1 : 1
  return m > magnitude[at - stride - side]! && m > magnitude[at + stride + side]!
}

/** Step lengths of the 5x5 chamfer distance: straight, diagonal, knight's move. */
const across = 1
const diagonal = 1.4
const knight = 2.1969

/** Distance in pixels of every pixel to the nearest nonzero one, as OpenCV's distanceTransform(DIST_L2, 5); at most `cap`. */
export function distanceTo({ values, height, width }: Plane, cap: number): Plane<Float32Array> {
  const stride = width + 4
  // The border of two pixels has the largest distance, `cap`.
  const distance = new Float64Array((height + 4) * stride).fill(cap)
  /** Shortest distance of `at` by the pixels that a pass has visited: above and left (s = stride, one = 1), or below. */
  const nearest = (at: number, s: number, one: number) => {
    const above = at - s
    const far = above - s
    let step = distance[above]!
    if (distance[at - one]! < step) step = distance[at - one]!
    let slant = distance[above - 1]!
    if (distance[above + 1]! < slant) slant = distance[above + 1]!
    let leap = distance[above - 2]!
    if (distance[above + 2]! < leap) leap = distance[above + 2]!
    if (distance[far - 1]! < leap) leap = distance[far - 1]!
    if (distance[far + 1]! < leap) leap = distance[far + 1]!
    let best = distance[at]!
    if (step + across < best) best = step + across
    if (slant + diagonal < best) best = slant + diagonal
    return leap + knight < best ? leap + knight : best
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 2) * stride + x + 2
      distance[at] = values[y * width + x] !== 0 ? 0 : nearest(at, stride, 1)
    }
  }
  const out = new Float32Array(height * width)
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--) {
      const at = (y + 2) * stride + x + 2
      const way = distance[at] === 0 ? 0 : nearest(at, -stride, -1)
      distance[at] = way
      out[y * width + x] = way
    }
  }
  return { values: out, height, width }
}
