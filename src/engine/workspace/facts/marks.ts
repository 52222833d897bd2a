/**
 * The mark of a fact: what sums, comparisons and lists of mistakes need of it, in one byte.
 *
 * - Bits 0 and 1: 0 without a fact, 1 neither right nor wrong, 2 wrong, 3 right.
 * - Bit 2: the true class is among the five likeliest.
 * - Bit 3: the outputs were not finite.
 * - Bits 4 to 7: the level of its confidence c, the number of k from 1 to 15 with c >= 1 - 2^-k. Never lower for a higher c.
 */
export const verdictBits = 3
export const judgedBit = 2
export const rightVerdict = 3
export const wrongVerdict = 2
export const unjudgedVerdict = 1
export const topFiveBit = 4
export const notFiniteBit = 8
export const levelShift = 4
export const levels = 16

/** Marks that there are. */
export const markCount = 256

const thresholds = Array.from({ length: levels - 1 }, (_, at) => 1 - 2 ** -(at + 1))

/** Level of a confidence, from 0 to 15. */
export function levelOf(confidence: number): number {
  let level = 0
  while (level < thresholds.length && confidence >= (thresholds[level] ?? 2)) level++
  return level
}

/**
 * Makes the mark of a fact from its columns.
 *
 * @param correct 1, 0, or null where it is neither
 * @param trueRank from 1; null where the true class is not known
 * @param topBytes length of the packed likeliest classes, 0 where the outputs were not finite
 */
export function markOf(
  correct: number | null,
  trueRank: number | null,
  topBytes: number,
  confidence: number,
): number {
  const verdict = correct === null ? unjudgedVerdict : correct === 1 ? rightVerdict : wrongVerdict
  return (
    verdict |
    (trueRank !== null && trueRank <= 5 ? topFiveBit : 0) |
    (topBytes === 0 ? notFiniteBit : 0) |
    (levelOf(confidence) << levelShift)
  )
}

/** Bits of an example id within its block. */
export const blockBits = 12
export const blockSize = 1 << blockBits

/** Packs the marks of a block: the place of the first one (uint16, little-endian), then those up to the last one. */
export function packBlock(marks: Uint8Array): Buffer {
  let [start, end] = [0, marks.length]
  while (end > 0 && marks[end - 1] === 0) end--
  while (start < end && marks[start] === 0) start++
  const packed = Buffer.alloc(2 + end - start)
  packed.writeUInt16LE(start < end ? start : 0)
  packed.set(marks.subarray(start, end), 2)
  return packed
}

/** Writes a packed block into `marks`, at a place of it. The places of its other facts are left as they are. */
export function unpackBlock(packed: Buffer, marks: Uint8Array, at = 0): void {
  if (packed.length > 2) marks.set(packed.subarray(2), at + packed.readUInt16LE())
}

/** Number of facts in a block. */
export const factsIn = (marks: Uint8Array): number => {
  let count = 0
  for (const mark of marks) if (mark !== 0) count++
  return count
}
