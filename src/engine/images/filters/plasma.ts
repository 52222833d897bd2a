import type { Generator } from '#shared/random.ts'

/**
 * Plasma by diamond-square on a torus of `size` (a power of two) squared, shifted and scaled to [0,1]. A new point is the
 * mean of its four neighbours + wibble * U(-wibble, wibble); `wibble` starts at 100 and is divided by `decay` each time the
 * grid gets finer.
 */
export function plasma(size: number, decay: number, random: Generator): Float64Array {
  const map = new Float64Array(size * size)
  const wrap = size - 1
  const value = (y: number, x: number) => map[(y & wrap) * size + (x & wrap)]!
  let wibble = 100
  const near = (sum: number) => sum / 4 + wibble * wibble * (2 * random.uniform() - 1)
  for (let step = size; step >= 2; step >>= 1) {
    const half = step >> 1
    for (let y = 0; y < size; y += step) {
      for (let x = 0; x < size; x += step) {
        const corners = value(y, x) + value(y + step, x) + value(y, x + step) + value(y + step, x + step)
        map[(y + half) * size + x + half] = near(corners)
      }
    }
    for (let y = 0; y < size; y += half) {
      for (let x = y % step === 0 ? half : 0; x < size; x += step) {
        map[y * size + x] = near(
          value(y - half, x) + value(y + half, x) + value(y, x - half) + value(y, x + half),
        )
      }
    }
    wibble /= decay
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
