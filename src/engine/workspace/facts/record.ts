import { levelOf, notFiniteBit, levelShift, topFiveBit, unjudgedVerdict } from './marks.ts'

/**
 * What is stored of a prediction: the answer of a model for an image. The likeliest classes are `classes[from]` and
 * following, best first, with their probabilities in [0, 1]; `count` of them, none where the outputs were not finite.
 */
export interface StoredFact {
  /** Index of the predicted output; -1 without one. */
  predicted: number
  /** 1, 0, or null where it is neither right nor wrong. */
  correct: number | null
  /** From 1; null where the true class is not known. */
  trueRank: number | null
  /** In [0, 1]. */
  confidence: number
  /** In [0, 1]; null where it is not known. */
  trueProbability: number | null
  trueLogit: number | null
  count: number
  from: number
  classes: ArrayLike<number>
  /** In single precision. */
  probabilities: ArrayLike<number>
}

/**
 * A record is two bytes, then numbers, little-endian:
 *
 * - Byte 0: bits 0 and 1 the verdict of the mark; 2: the rank is 1; 3: the probability of the true class is stored, else it is the
 *   confidence at rank 1 and not known otherwise; 4: there is a logit; 5: it is float64; 6: the predicted output is stored, else it is the
 *   likeliest class; 7: the probability of the likeliest class is stored, else it is the confidence in single precision.
 * - Byte 1: bits 0 to 2 the number of likeliest classes; 3 and 4: their width, 1, 2 or 4 bytes; 5 and 6: what is stored of the
 *   rank, nothing, one byte, four bytes, or float64.
 * - float64 confidence, float64 probability of the true class, logit (float32 or float64), rank, float64 predicted output, classes,
 *   float32 probabilities.
 */
const verdictBits = 3
const first = { rankIsOne: 4, probability: 8, logit: 16, longLogit: 32, predicted: 64, likeliest: 128 }
const countBits = 7
const widthShift = 3
const rankShift = 5
const rankBytes = [0, 1, 4, 8] as const

/** Bytes of the longest record. */
export const longestRecord = 2 + 4 * 8 + 8 + 5 * 8
/** Classes that a record may hold. */
export const mostClasses = 5

/** Writes a record at a place of `into`, which has room for it. Returns where it ends. */
export function writeRecord(fact: StoredFact, into: Buffer, at: number): number {
  const { confidence, trueRank, count, from, classes, probabilities } = fact
  const logit = fact.trueLogit === null || Number.isNaN(fact.trueLogit) ? null : fact.trueLogit
  let flags = fact.correct === null ? unjudgedVerdict : fact.correct === 1 ? 3 : 2
  if (trueRank === 1) flags |= first.rankIsOne
  const probability = trueRank === 1 && fact.trueProbability === confidence ? null : fact.trueProbability
  let most = 0
  for (let place = 0; place < count; place++) most = Math.max(most, classes[from + place] ?? 0)
  const widthCode = most < 2 ** 8 ? 0 : most < 2 ** 16 ? 1 : 2
  const rank = trueRank === 1 ? null : trueRank
  const rankCode =
    rank === null ? 0 : !Number.isInteger(rank) || rank < 0 || rank >= 2 ** 32 ? 3 : rank < 2 ** 8 ? 1 : 2
  let end = at + 2
  end = into.writeDoubleLE(confidence, end)
  if (probability !== null) {
    flags |= first.probability
    end = into.writeDoubleLE(probability, end)
  }
  if (logit !== null) {
    flags |= first.logit
    if (Object.is(Math.fround(logit), logit)) end = into.writeFloatLE(logit, end)
    else {
      flags |= first.longLogit
      end = into.writeDoubleLE(logit, end)
    }
  }
  if (rank !== null) {
    if (rankCode === 1) end = into.writeUInt8(rank, end)
    else if (rankCode === 2) end = into.writeUInt32LE(rank, end)
    else end = into.writeDoubleLE(rank, end)
  }
  if (count === 0 || classes[from] !== fact.predicted) {
    flags |= first.predicted
    end = into.writeDoubleLE(fact.predicted, end)
  }
  const width = 1 << widthCode
  for (let place = 0; place < count; place++) {
    const index = classes[from + place] ?? 0
    if (widthCode === 0) into[end] = index
    else if (widthCode === 1) into.writeUInt16LE(index, end)
    else into.writeUInt32LE(index, end)
    end += width
  }
  let place = 0
  if (count > 0 && Object.is(Math.fround(probabilities[from] ?? 0), Math.fround(confidence))) place = 1
  else flags |= first.likeliest
  for (; place < count; place++) end = into.writeFloatLE(probabilities[from + place] ?? 0, end)
  into[at] = flags
  into[at + 1] = count | (widthCode << widthShift) | (rankCode << rankShift)
  return end
}

/**
 * Reads the record at a place.
 *
 * @throws RangeError where it is cut off
 */
export function readRecord(bytes: Buffer, at: number): StoredFact {
  const [flags, sizes] = [bytes[at] ?? 0, bytes[at + 1] ?? 0]
  const has = (bit: number) => (flags & bit) > 0
  const verdict = flags & verdictBits
  const count = sizes & countBits
  const widthCode = (sizes >> widthShift) & 3
  const rankCode = (sizes >> rankShift) & 3
  const confidence = bytes.readDoubleLE(at + 2)
  const trueProbability = has(first.probability)
    ? bytes.readDoubleLE(at + 10)
    : has(first.rankIsOne)
      ? confidence
      : null
  const logitAt = at + (has(first.probability) ? 18 : 10)
  const trueLogit = !has(first.logit)
    ? null
    : has(first.longLogit)
      ? bytes.readDoubleLE(logitAt)
      : bytes.readFloatLE(logitAt)
  const trueRank = rankIn(bytes, at)
  let end = rankAt(flags, at) + (rankBytes[rankCode] ?? 0)
  const own = has(first.predicted) ? bytes.readDoubleLE(end) : null
  if (own !== null) end += 8
  const [classes, probabilities]: [number[], number[]] = [[], []]
  for (let place = 0; place < count; place++) {
    classes.push(
      widthCode === 0
        ? bytes.readUInt8(end)
        : widthCode === 1
          ? bytes.readUInt16LE(end)
          : bytes.readUInt32LE(end),
    )
    end += 1 << widthCode
  }
  if (count > 0 && !has(first.likeliest)) probabilities.push(Math.fround(confidence))
  while (probabilities.length < count) {
    probabilities.push(bytes.readFloatLE(end))
    end += 4
  }
  const correct = verdict === unjudgedVerdict ? null : verdict & 1
  const predicted = own ?? classes[0] ?? -1
  return {
    predicted,
    correct,
    trueRank,
    confidence,
    trueProbability,
    trueLogit,
    count,
    from: 0,
    classes,
    probabilities,
  }
}

/** Length of the record at a place, by its first two bytes; 0 where there is no such record. */
export function lengthOfRecord(bytes: Buffer, at: number): number {
  const [flags, sizes] = [bytes[at] ?? 0, bytes[at + 1] ?? 0]
  const count = sizes & countBits
  if (at + 2 > bytes.length || count > mostClasses || (flags & verdictBits) === 0) return 0
  const predicted = (flags & first.predicted) > 0 ? 8 : 0
  const classes = count << ((sizes >> widthShift) & 3)
  const probabilities = 4 * Math.max(0, (flags & first.likeliest) > 0 ? count : count - 1)
  const rank = rankBytes[(sizes >> rankShift) & 3] ?? 0
  return rankAt(flags, 0) + rank + predicted + classes + probabilities
}

/** Where the rank of the record at a place lies, with these flags. */
const rankAt = (flags: number, at: number): number =>
  at +
  10 +
  ((flags & first.probability) > 0 ? 8 : 0) +
  ((flags & first.logit) === 0 ? 0 : (flags & first.longLogit) > 0 ? 8 : 4)

function rankIn(bytes: Buffer, at: number): number | null {
  const flags = bytes[at] ?? 0
  if ((flags & first.rankIsOne) > 0) return 1
  const [code, start] = [((bytes[at + 1] ?? 0) >> rankShift) & 3, rankAt(flags, at)]
  if (code === 0) return null
  return code === 1
    ? bytes.readUInt8(start)
    : code === 2
      ? bytes.readUInt32LE(start)
      : bytes.readDoubleLE(start)
}

/**
 * Reads the confidence of the record at a place, in [0, 1].
 *
 * @throws RangeError where it is cut off
 */
export const confidenceIn = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 2)

/**
 * Makes the mark of the record at a place.
 *
 * @throws RangeError where it is cut off
 */
export function markOfRecord(bytes: Buffer, at: number): number {
  const flags = bytes[at] ?? 0
  const sizes = bytes[at + 1] ?? 0
  const rank = rankIn(bytes, at)
  return (
    (flags & verdictBits) |
    (rank !== null && rank <= 5 ? topFiveBit : 0) |
    ((sizes & countBits) === 0 ? notFiniteBit : 0) |
    (levelOf(confidenceIn(bytes, at)) << levelShift)
  )
}
