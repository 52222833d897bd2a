import { generator } from '#shared/random.ts'

/** Collects images and puts them into the order in which a study measures them. */
export interface BalancedOrder {
  /** Adds an image. `digest`: sha256 of its file, or at least its first 8 bytes. */
  add(id: number, classIndex: number, digest: Buffer): void
  /**
   * The ids in rounds: each round has one image of every class that still has any. Classes have the same random order in
   * every round, and images a random order within their class. Both depend on the seed only, and on the digests.
   */
  ids(): Float64Array
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
    ids() {
      const turns = random
        .shuffle([...classes].sort(([a], [b]) => a - b))
        .map(([, images]) => inOrder(images))
      const all = new Float64Array(turns.reduce((sum, { length }) => sum + length, 0))
      let at = 0
      for (let round = 0; at < all.length; round++)
        for (const own of turns) if (round < own.length) all[at++] = own[round] ?? 0
      return all
    },
  }
}

/** Ids in order of their places; images of equal bytes in order of id. */
function inOrder({ ids, places }: ClassImages): number[] {
  return Array.from(ids.keys())
    .sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0) || (ids[a] ?? 0) - (ids[b] ?? 0))
    .map((index) => ids[index] ?? 0)
}

/** The last step of MurmurHash3, which maps 32 bits to 32 bits without a loss. Unsigned. */
function mixed(word: number): number {
  let bits = word ^ (word >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
