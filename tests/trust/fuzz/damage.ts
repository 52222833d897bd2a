import type { Generator } from '#shared/random.ts'

/** Returns bytes with some of them changed, removed or repeated, in up to four places. */
export function damaged(random: Generator, bytes: Uint8Array): Uint8Array {
  let left = Uint8Array.from(bytes)
  for (let change = random.integer(4); change >= 0; change--) {
    const at = random.integer(Math.max(1, left.length))
    const length = random.integer(12)
    const kind = random.integer(8)
    if (kind === 0) left = joined(left.subarray(0, at), left.subarray(at + length))
    else if (kind === 1) left = joined(left.subarray(0, at + length), left.subarray(at))
    else if (at < left.length) left[at] = random.integer(256)
  }
  return left
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
