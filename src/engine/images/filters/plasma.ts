import type { Generator } from '#shared/random.ts'

/**
 * Periodic plasma [size, size] in [0,1] by the diamond-square algorithm. `size` is a power of two. A new point is the mean
 * of its four neighbours + wibble * U(-wibble, wibble). `wibble` starts at 100 and is divided by `decay` at each finer
 * grid.
 */
export function plasma(size: number, decay: number, random: Generator): Float64Array {
  const map = new Float64Array(size * size)
  const wrap = size - 1
  let amplitude = 100 * 100
  let wibble = 100
  for (let step = size; step >= 2; step >>= 1) {
    const half = step >> 1
    for (let y = 0; y < size; y += step) {
      const here = y * size
      const below = ((y + step) & wrap) * size
      for (let x = 0; x < size; x += step) {
        const right = (x + step) & wrap
        const corners = map[here + x]! + map[below + x]! + map[here + right]! + map[below + right]!
        map[here + half * size + x + half] = corners / 4 + amplitude * (2 * random.uniform() - 1)
      }
    }
    for (let y = 0; y < size; y += half) {
      const here = y * size
      const above = ((y - half) & wrap) * size
      const below = ((y + half) & wrap) * size
      for (let x = (y & (step - 1)) === 0 ? half : 0; x < size; x += step) {
        const near =
          map[above + x]! +
          map[below + x]! +
          map[here + ((x - half) & wrap)]! +
          map[here + ((x + half) & wrap)]!
        map[here + x] = near / 4 + amplitude * (2 * random.uniform() - 1)
      }
    }
    wibble /= decay
    amplitude = wibble * wibble
  }
  let low = Infinity
  let high = -Infinity
  for (const height of map) {
    if (height < low) low = height
    if (height > high) high = height
  }
  const range = high - low || 1
  for (let i = 0; i < map.length; i++) map[i] = (map[i]! - low) / range
  return map
}
