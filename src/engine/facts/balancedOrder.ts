import { generator } from '#shared/random.ts'

/** Collects images and puts them into the order in which a study measures them. */
export interface BalancedOrder {
  /** Adds an image. `digest`: sha256 of its file, or at least its first 8 bytes. */
  add(id: number, classIndex: number, digest: Buffer): void
  /**
   * The images in rounds: each round has one image of every class that still has any. Classes have the same random order in
   * every round, and images a random order within their class, those of equal bytes too. Both depend on the seed only, and
   * on the digests.
   */
  inTurn(): InTurn
}

/** Images in order, place by place. */
export interface InTurn {
  ids: Float64Array
  /** Index of the class of each. */
  classes: Int32Array
}

interface ClassImages {
  ids: number[]
  places: number[]
}

/** A random order of images in which any first part holds as many images of each class as it can. */
export function balancedOrder(seed: number): BalancedOrder {
  const random = generator('order', seed)
  const [high, low] = [random.uint32(), random.uint32()]
  const classes = new Map<number, ClassImages>()
  return {
    add(id, classIndex, digest) {
      const own = classes.get(classIndex) ?? { ids: [], places: [] }
      classes.set(classIndex, own)
      own.ids.push(id)
      own.places.push(
        mixed(digest.readUInt32LE(0) ^ high) * 2 ** 21 + (mixed(digest.readUInt32LE(4) ^ low) >>> 11),
      )
    },
    inTurn() {
      const turns = random
        .shuffle([...classes].sort(([a], [b]) => a - b))
        .map(([classIndex, images]) => ({ classIndex, own: inOrder(images) }))
      const length = turns.reduce((sum, { own }) => sum + own.length, 0)
      const all: InTurn = { ids: new Float64Array(length), classes: new Int32Array(length) }
      let at = 0
      for (let round = 0; at < length; round++)
        for (const { classIndex, own } of turns)
          if (round < own.length) {
            all.ids[at] = own[round] ?? 0
            all.classes[at++] = classIndex
          }
      return all
    },
  }
}

/** Ids in order of their places. */
function inOrder({ ids, places }: ClassImages): number[] {
  const byPlace = (a: number, b: number) =>
    (places[a] ?? 0) - (places[b] ?? 0) || (ids[a] ?? 0) - (ids[b] ?? 0)
  const order = Array.from(ids.keys()).sort(byPlace)
  // Images of equal bytes have equal places. Each gets one of its own, else they would always follow one another.
  const first = [...order]
  let equal = 0
  for (const [at, index] of first.entries()) {
    equal = at > 0 && places[index] === places[first[at - 1 - equal] ?? 0] ? equal + 1 : 0
    if (equal > 0) places[index] = otherPlace(places[index] ?? 0, equal)
  }
  return order.sort(byPlace).map((index) => ids[index] ?? 0)
}

/** A random place that depends on a place and a number. */
const otherPlace = (place: number, which: number): number =>
  mixed(Math.floor(place / 2 ** 21) ^ Math.imul(which, 0x9e3779b9)) * 2 ** 21 +
  (mixed((place % 2 ** 21) ^ Math.imul(which, 0x7f4a7c15)) >>> 11)

/** The last step of MurmurHash3, which maps 32 bits to 32 bits without a loss. Unsigned. */
function mixed(word: number): number {
  let bits = word ^ (word >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
