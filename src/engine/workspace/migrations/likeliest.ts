/**
 * The likeliest classes as schemas up to 10 packed them: one byte (their number in bits 0 to 2, the bytes of a class from bit 3, bit
 * 6 where the first probability is the confidence in single precision and is left out), the classes, then the
 * probabilities as float32, all little-endian; empty where the outputs were not finite. A length that is a multiple of 8 is of the
 * form before: classes of four bytes, then all probabilities. A zero at the end keeps the two apart.
 */
const countBits = 7
const widthShift = 3
const derivedBit = 64

/** Reads likeliest classes with their probabilities, best first; null where they are not of this form. */
export function likeliestOfBefore(
  top: Buffer,
  confidence: number,
): { classes: number[]; probabilities: number[] } | null {
  const [head, isOld] = [top[0] ?? 0, top.length % 8 === 0]
  const count = isOld ? top.length / 8 : head & countBits
  const width = isOld ? 4 : (head >> widthShift) & countBits
  const isDerived = !isOld && (head & derivedBit) > 0
  const classesAt = isOld ? 0 : 1
  const probabilitiesAt = classesAt + count * width
  const end = probabilitiesAt + 4 * (isDerived ? count - 1 : count)
  if (![1, 2, 4].includes(width) || end > top.length || count < Number(isDerived)) return null
  const places = Array.from({ length: count }, (_, place) => place)
  return {
    classes: places.map((place) => top.readUIntLE(classesAt + place * width, width)),
    probabilities: places.map((place) =>
      isDerived && place === 0
        ? Math.fround(confidence)
        : top.readFloatLE(probabilitiesAt + 4 * (isDerived ? place - 1 : place)),
    ),
  }
}
