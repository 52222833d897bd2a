import { lengthOfRecord, longestRecord } from './record.ts'

/** Bits of a slot within its pack. */
export const packBits = 8
/** Slots of a pack. */
export const packSize = 1 << packBits

/**
 * The records of up to 256 slots as they are stored: the first and the last slot that has one (a byte each), the lengths of the
 * records from the first to the last slot (a byte each, 0 without a record), then the records.
 */
export interface Pack {
  bytes: Buffer
  /** Where the record of each slot begins in `bytes`. */
  starts: Uint16Array
  /** Length of the record of each slot; 0 without one. */
  lengths: Uint8Array
  /** Number of records. */
  facts: number
}

/** Reads a pack; null where it is not of this form. */
export function readPack(bytes: Buffer): Pack | null {
  const [starts, lengths] = [new Uint16Array(packSize), new Uint8Array(packSize)]
  const [from, to] = [bytes[0] ?? 0, bytes[1] ?? 0]
  let at = 2 + to - from + 1
  if (bytes.length < at || to < from || bytes.length > 2 + packSize + packSize * longestRecord) return null
  let facts = 0
  for (let slot = from; slot <= to; slot++) {
    const length = bytes[2 + slot - from] ?? 0
    if (length === 0) continue
    if (lengthOfRecord(bytes, at) !== length) return null
    starts[slot] = at
    lengths[slot] = length
    at += length
    facts++
  }
  return at === bytes.length ? { bytes, starts, lengths, facts } : null
}

/** Records to add to a pack, by slot: where each lies in `bytes`. */
export interface Additions {
  bytes: Buffer
  slots: readonly number[]
  starts: readonly number[]
  ends: readonly number[]
}

/** Where records lie: those of the pack before, and the added ones. */
const place = new Int32Array(packSize)

/**
 * Adds records to a pack. A slot that has a record already keeps it.
 *
 * @param taken is told of each addition that was taken, by its place among them
 * @returns the pack as it is stored; null where nothing was added
 */
export function addToPack(
  before: Pack | null,
  { bytes, slots, starts, ends }: Additions,
  taken: (addition: number) => void,
): { bytes: Buffer; facts: number } | null {
  place.fill(-1)
  let [from, to, size, facts] = [packSize, -1, 0, 0]
  const see = (slot: number, length: number) => {
    from = Math.min(from, slot)
    to = Math.max(to, slot)
    size += length
    facts++
  }
  if (before)
    for (let slot = 0; slot < packSize; slot++) {
      const length = before.lengths[slot] ?? 0
      if (length > 0) see(slot, length)
    }
  const known = facts
  for (let addition = 0; addition < slots.length; addition++) {
    const slot = slots[addition] ?? 0
    if ((place[slot] ?? -1) >= 0 || (before?.lengths[slot] ?? 0) > 0) continue
    place[slot] = addition
    see(slot, (ends[addition] ?? 0) - (starts[addition] ?? 0))
    taken(addition)
  }
  if (facts === known) return null
  const packed = Buffer.allocUnsafe(2 + to - from + 1 + size)
  packed[0] = from
  packed[1] = to
  let at = 2 + to - from + 1
  // Neighbouring records of before are copied at once.
  let [runStart, runEnd] = [0, 0]
  const copyRun = () => {
    if (runEnd > runStart && before) at += before.bytes.copy(packed, at, runStart, runEnd)
    runStart = runEnd = 0
  }
  for (let slot = from; slot <= to; slot++) {
    const addition = place[slot] ?? -1
    if (addition >= 0) {
      copyRun()
      const length = bytes.copy(packed, at, starts[addition], ends[addition])
      packed[2 + slot - from] = length
      at += length
      continue
    }
    const length = before?.lengths[slot] ?? 0
    packed[2 + slot - from] = length
    if (length === 0) continue
    if (runEnd === 0) runStart = before?.starts[slot] ?? 0
    runEnd = (before?.starts[slot] ?? 0) + length
  }
  copyRun()
  return { bytes: packed, facts }
}

/** Removes records from a pack. Returns it as it is stored; null where none is left. */
export function removeFromPack(
  before: Pack,
  isRemoved: (slot: number) => boolean,
): { bytes: Buffer; facts: number } | null {
  const kept = [...before.lengths.entries()].filter(([slot, length]) => length > 0 && !isRemoved(slot))
  const starts = kept.map(([slot]) => before.starts[slot] ?? 0)
  return addToPack(
    null,
    {
      bytes: before.bytes,
      slots: kept.map(([slot]) => slot),
      starts,
      ends: kept.map(([, length], at) => (starts[at] ?? 0) + length),
    },
    () => undefined,
  )
}
