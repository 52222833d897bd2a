import { topCount } from '#shared/readouts.ts'
import type { Facts } from '../inference/index.ts'

/** A class, by its index among the outputs, with its probability in [0, 1]. */
export interface TopClass {
  classIndex: number
  probability: number
}

/**
 * The likeliest classes are packed as one byte (their number in bits 0 to 2, the bytes of a class from bit 3, bit 6 where the
 * first probability is the confidence in single precision and is left out), the classes, then the probabilities as float32, all
 * little-endian; empty where the outputs were not finite. A length that is a multiple of 8 is of the form before: classes of four
 * bytes, then all probabilities. A zero at the end keeps the two apart.
 */
const countBits = 7
const widthShift = 3
const derivedBit = 64

const widthOf = (most: number) => (most < 2 ** 8 ? 1 : most < 2 ** 16 ? 2 : 4)

/** Packs the likeliest classes of row `row`. */
export function packTop({ flagged, topClasses, topProbabilities, confidence }: Facts, row: number): Buffer {
  if (flagged[row]) return Buffer.alloc(0)
  const from = row * topCount
  let count = 0
  while (count < topCount && (topClasses[from + count] ?? -1) >= 0) count++
  return packed(
    count,
    (place) => topClasses[from + place] ?? 0,
    (place) => topProbabilities[from + place] ?? 0,
    confidence[row] ?? 0,
  )
}

/** Packs the likeliest classes, best first, of a prediction with this confidence. */
export const packClasses = (top: readonly TopClass[], confidence: number): Buffer =>
  packed(
    top.length,
    (place) => top[place]?.classIndex ?? 0,
    (place) => top[place]?.probability ?? 0,
    confidence,
  )

function packed(
  count: number,
  classAt: (place: number) => number,
  probabilityAt: (place: number) => number,
  confidence: number,
): Buffer {
  if (count === 0) return Buffer.alloc(0)
  let most = 0
  for (let place = 0; place < count; place++) most = Math.max(most, classAt(place))
  const width = widthOf(most)
  const derived = Object.is(Math.fround(probabilityAt(0)), Math.fround(confidence))
  const length = 1 + count * width + 4 * (derived ? count - 1 : count)
  const blob = Buffer.alloc(length % 8 === 0 ? length + 1 : length)
  blob[0] = count | (width << widthShift) | (derived ? derivedBit : 0)
  let at = 1
  for (let place = 0; place < count; place++) {
    blob.writeUIntLE(classAt(place), at, width)
    at += width
  }
  for (let place = derived ? 1 : 0; place < count; place++) {
    blob.writeFloatLE(probabilityAt(place), at)
    at += 4
  }
  return blob
}

interface Layout {
  count: number
  width: number
  classesAt: number
  /** Place of the probability of the class at place 0, or where it would be. */
  probabilitiesAt: number
  derived: boolean
}

function layoutOf(blob: Buffer): Layout {
  if (blob.length % 8 === 0) {
    const count = blob.length / 8
    return { count, width: 4, classesAt: 0, probabilitiesAt: 4 * count, derived: false }
  }
  const head = blob[0] ?? 0
  const [count, width, derived] = [
    head & countBits,
    (head >> widthShift) & countBits,
    (head & derivedBit) > 0,
  ]
  return { count, width, classesAt: 1, probabilitiesAt: 1 + count * width - (derived ? 4 : 0), derived }
}

/** Reads what `packTop` has packed, best first. */
export function unpackTop(blob: Buffer, confidence: number): TopClass[] {
  const { count, width, classesAt, probabilitiesAt, derived } = layoutOf(blob)
  return Array.from({ length: count }, (_, place) => ({
    classIndex: blob.readUIntLE(classesAt + place * width, width),
    probability:
      derived && place === 0 ? Math.fround(confidence) : blob.readFloatLE(probabilitiesAt + place * 4),
  }))
}

/** Reads the second largest probability of what `packTop` has packed; -1 where there is none. */
export function secondProbability(blob: Buffer): number {
  const { count, probabilitiesAt } = layoutOf(blob)
  return count < 2 ? -1 : blob.readFloatLE(probabilitiesAt + 4)
}
