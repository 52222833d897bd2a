/**
 * Packs of predictions in the form of schema 11. A copy of what the code wrote then (decision 050), so that a workspace of an
 * older schema becomes the same whatever form packs have later.
 */

/** A prediction as schema 10 stored it. */
export interface PackedFact {
  predicted: number
  /** 1, 0, or null where it is neither right nor wrong. */
  correct: number | null
  /** From 1; null where the true class is not known. */
  trueRank: number | null
  confidence: number
  trueProbability: number | null
  trueLogit: number | null
  /** Likeliest classes, best first, at most `mostClasses`, with their probabilities. */
  classes: readonly number[]
  probabilities: readonly number[]
}

/** Slots of a pack. */
export const packSize = 256
export const mostClasses = 5
/** Bytes of the longest record. */
const longest = 2 + 4 * 8 + 8 + 5 * 8

const flag = { rankIsOne: 4, probability: 8, logit: 16, longLogit: 32, predicted: 64, likeliest: 128 }

/**
 * The record of a prediction: a byte of flags (bits 0 and 1: 1 neither right nor wrong, 2 wrong, 3 right), a byte of sizes (bits 0
 * to 2 the number of likeliest classes, 3 and 4 the logarithm of their width in bytes, 5 and 6 the form of the rank), then
 * numbers, little-endian, each only where it does not follow from the others.
 */
export function recordOf(fact: PackedFact): Buffer {
  const { confidence, trueRank, classes, probabilities, trueLogit: logit } = fact
  const into = Buffer.allocUnsafe(longest)
  let end = into.writeDoubleLE(confidence, 2)
  let flags = fact.correct === null ? 1 : fact.correct === 1 ? 3 : 2
  if (trueRank === 1) flags |= flag.rankIsOne
  if (fact.trueProbability !== null && !(trueRank === 1 && fact.trueProbability === confidence)) {
    flags |= flag.probability
    end = into.writeDoubleLE(fact.trueProbability, end)
  }
  if (logit !== null && !Number.isNaN(logit)) {
    const isShort = Object.is(Math.fround(logit), logit)
    flags |= isShort ? flag.logit : flag.logit | flag.longLogit
    end = isShort ? into.writeFloatLE(logit, end) : into.writeDoubleLE(logit, end)
  }
  const rankForm = formOfRank(trueRank)
  if (trueRank !== null && rankForm > 0)
    end =
      rankForm === 1
        ? into.writeUInt8(trueRank, end)
        : rankForm === 2
          ? into.writeUInt32LE(trueRank, end)
          : into.writeDoubleLE(trueRank, end)
  if (classes[0] !== fact.predicted) {
    flags |= flag.predicted
    end = into.writeDoubleLE(fact.predicted, end)
  }
  const most = Math.max(0, ...classes)
  const width = most < 2 ** 8 ? 0 : most < 2 ** 16 ? 1 : 2
  for (const index of classes) end = into.writeUIntLE(index, end, 1 << width)
  const isDerived =
    classes.length > 0 && Object.is(Math.fround(probabilities[0] ?? 0), Math.fround(confidence))
  if (!isDerived) flags |= flag.likeliest
  for (const probability of isDerived ? probabilities.slice(1) : probabilities)
    end = into.writeFloatLE(probability, end)
  into[0] = flags
  into[1] = classes.length | (width << 3) | (rankForm << 5)
  return into.subarray(0, end)
}

/** 0: not stored, 1: a byte, 2: four bytes, 3: float64. */
function formOfRank(rank: number | null): 0 | 1 | 2 | 3 {
  if (rank === null || rank === 1) return 0
  if (!Number.isInteger(rank) || rank < 0 || rank >= 2 ** 32) return 3
  return rank < 2 ** 8 ? 1 : 2
}

/**
 * A pack: the first and the last slot with a record (a byte each), the lengths of the records from the first to the last slot
 * (a byte each, 0 without one), then the records.
 *
 * @param records records by their slots within the pack, from 0 to 255; at least one
 */
export function packOf(records: ReadonlyMap<number, Buffer>): Buffer {
  const slots = [...records.keys()].sort((a, b) => a - b)
  const [from, to] = [slots[0] ?? 0, slots.at(-1) ?? 0]
  const head = Buffer.alloc(2 + to - from + 1)
  head[0] = from
  head[1] = to
  for (const slot of slots) head[2 + slot - from] = records.get(slot)?.length ?? 0
  return Buffer.concat([head, ...slots.map((slot) => records.get(slot) ?? Buffer.alloc(0))])
}
