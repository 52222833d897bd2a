import type { PictureErrors } from './pictures.ts'

/** Bits of the integers that float64 adds without rounding. */
const exactBits = 52

/**
 * Returns a function that computes the share of wrong pictures of every cell on resampled pictures (indices from 0). Several
 * cells are added up at once: a number of a picture has the flags of some cells in bits far enough apart for their sums.
 */
export function resampledShares({
  pictures,
  wrong,
}: PictureErrors): (indices: Uint32Array) => Map<string, number> {
  const bits = Math.ceil(Math.log2(pictures + 1))
  const together = Math.max(1, Math.floor(exactBits / bits))
  const lane = 2 ** bits
  const cells = [...wrong]
  const groups = Array.from({ length: Math.ceil(cells.length / together) }, (_, at) => {
    const members = cells.slice(at * together, (at + 1) * together)
    const packed = new Float64Array(pictures)
    for (const [place, [, flags]] of members.entries())
      for (let picture = 0; picture < pictures; picture++)
        packed[picture] = (packed[picture] ?? 0) + (flags[picture] ?? 0) * lane ** place
    return { keys: members.map(([key]) => key), packed }
  })
  const times = new Float64Array(pictures)
  return (indices) => {
    times.fill(0)
    for (const index of indices) times[index] = (times[index] ?? 0) + 1
    const shares = new Map<string, number>()
    for (const { keys, packed } of groups) {
      let sum = 0
      for (let picture = 0; picture < pictures; picture++)
        sum += (times[picture] ?? 0) * (packed[picture] ?? 0)
      for (const key of keys) {
        const rest = Math.floor(sum / lane)
        shares.set(key, (sum - rest * lane) / indices.length)
        sum = rest
      }
    }
    return shares
  }
}
