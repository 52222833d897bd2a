/** A fact that came, changed or went: its key and its mark, 0 where it went. */
export interface FactChange {
  variantId: number
  conditionId: number
  exampleId: number
  mark: number
}

/** Bytes of a change: three ids (uint32, little-endian) and the mark. */
const changeBytes = 13

/** Packs changes, one after the other. */
export function packChanges(changes: readonly FactChange[]): Buffer {
  const packed = Buffer.allocUnsafe(changes.length * changeBytes)
  let at = 0
  for (const { variantId, conditionId, exampleId, mark } of changes) {
    packed.writeUInt32LE(variantId, at)
    packed.writeUInt32LE(conditionId, at + 4)
    packed.writeUInt32LE(exampleId, at + 8)
    packed[at + 12] = mark
    at += changeBytes
  }
  return packed
}

/** Calls `take` for each packed change, in order. */
export function eachChange(packed: Buffer, take: (change: FactChange) => void): void {
  for (let at = 0; at + changeBytes <= packed.length; at += changeBytes)
    take({
      variantId: packed.readUInt32LE(at),
      conditionId: packed.readUInt32LE(at + 4),
      exampleId: packed.readUInt32LE(at + 8),
      mark: packed[at + 12] ?? 0,
    })
}
