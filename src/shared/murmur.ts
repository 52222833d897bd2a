const rotate = (x: number, bits: number) => (x << bits) | (x >>> (32 - bits))

/** The finaliser of MurmurHash3: spreads the bits of a 32-bit word; different words stay different. */
export function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const multipliers = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const
/** Per 32-bit word of the state: rotation of the block word, rotation of the state, the added constant. */
const lanes = [
  [15, 19, 0x561ccd1b],
  [16, 17, 0x0bcaa747],
  [17, 15, 0x96cd1c35],
  [18, 13, 0x32ac3b17],
] as const

function scramble(k: number, lane: 0 | 1 | 2 | 3): number {
  const next = multipliers[((lane + 1) & 3) as 0 | 1 | 2 | 3]
  return Math.imul(rotate(Math.imul(k, multipliers[lane]), lanes[lane][0]), next)
}

/**
 * MurmurHash3_x86_128 of the bytes (Austin Appleby, public domain), as four 32-bit words in the order of the digest. It
 * spreads keys well, but is not cryptographic. SMHasher's verification value is 0xB3ECE62A.
 */
export function murmur128(bytes: Uint8Array, seed = 0): [number, number, number, number] {
  const h: [number, number, number, number] = [seed, seed, seed, seed]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.length - (bytes.length % 16)
  for (let at = 0; at < whole; at += 16) {
    for (const lane of [0, 1, 2, 3] as const) {
      const state = rotate(h[lane] ^ scramble(view.getInt32(at + 4 * lane, true), lane), lanes[lane][1])
      const other = h[((lane + 1) & 3) as 0 | 1 | 2 | 3]
      h[lane] = (Math.imul((state + other) | 0, 5) + lanes[lane][2]) | 0
    }
  }
  const tail = new Int32Array(4)
  for (let at = whole; at < bytes.length; at++) {
    const i = at - whole
    tail[i >> 2]! |= bytes[at]! << (8 * (i & 3))
  }
  for (const lane of [0, 1, 2, 3] as const) h[lane] ^= scramble(tail[lane]!, lane) ^ bytes.length
  const mix = () => {
    h[0] = (h[0] + h[1] + h[2] + h[3]) | 0
    for (const lane of [1, 2, 3] as const) h[lane] = (h[lane] + h[0]) | 0
  }
  mix()
  for (const lane of [0, 1, 2, 3] as const) h[lane] = finish(h[lane])
  mix()
  return [h[0] >>> 0, h[1] >>> 0, h[2] >>> 0, h[3] >>> 0]
}
