/**
 * Forward and inverse cosine transform of 8 x 8 samples in integers (Loeffler, Ligtenberg and Moschytz 1989). Equal to the
 * bit to libjpeg's jfdctint.c and jidctint.c: constants have 13 fraction bits, values between the passes two more.
 */
const fraction = 13
const c0298 = 2446
const c0390 = 3196
const c0541 = 4433
const c0765 = 6270
const c0899 = 7373
const c1175 = 9633
const c1501 = 12299
const c1847 = 15137
const c1961 = 16069
const c2053 = 16819
const c2562 = 20995
const c3072 = 25172

/** Transforms a block [64] of samples minus 128 to 8 times its coefficients, in place. */
export function forward(block: Int32Array): void {
  for (let at = 0; at < 64; at += 8) forwardLine(block, at, 1, fraction - 2)
  for (let at = 0; at < 8; at++) forwardLine(block, at, 8, fraction + 2)
}

/** Transforms a block [64] of dequantised coefficients to samples minus 128, in place. */
export function inverse(block: Int32Array): void {
  for (let at = 0; at < 8; at++) inverseLine(block, at, 8, fraction - 2)
  for (let at = 0; at < 64; at += 8) inverseLine(block, at, 1, fraction + 5)
}

/** Transforms eight values, `step` apart. Rounds away the last `bits` bits. */
function forwardLine(block: Int32Array, at: number, step: number, bits: number): void {
  const half = 1 << (bits - 1)
  const i1 = at + step
  const i2 = i1 + step
  const i3 = i2 + step
  const i4 = i3 + step
  const i5 = i4 + step
  const i6 = i5 + step
  const i7 = i6 + step
  const a0 = block[at]! + block[i7]!
  const a7 = block[at]! - block[i7]!
  const a1 = block[i1]! + block[i6]!
  const a6 = block[i1]! - block[i6]!
  const a2 = block[i2]! + block[i5]!
  const a5 = block[i2]! - block[i5]!
  const a3 = block[i3]! + block[i4]!
  const a4 = block[i3]! - block[i4]!

  const b0 = a0 + a3
  const b3 = a0 - a3
  const b1 = a1 + a2
  const b2 = a1 - a2
  const even = Math.imul(b2 + b3, c0541)
  block[at] = (((b0 + b1) << fraction) + half) >> bits
  block[i4] = (((b0 - b1) << fraction) + half) >> bits
  block[i2] = (even + Math.imul(b3, c0765) + half) >> bits
  block[i6] = (even - Math.imul(b2, c1847) + half) >> bits

  const odd = Math.imul(a4 + a6 + a5 + a7, c1175)
  const z1 = Math.imul(a4 + a7, -c0899)
  const z2 = Math.imul(a5 + a6, -c2562)
  const z3 = odd - Math.imul(a4 + a6, c1961)
  const z4 = odd - Math.imul(a5 + a7, c0390)
  block[i7] = (Math.imul(a4, c0298) + z1 + z3 + half) >> bits
  block[i5] = (Math.imul(a5, c2053) + z2 + z4 + half) >> bits
  block[i3] = (Math.imul(a6, c3072) + z2 + z3 + half) >> bits
  block[i1] = (Math.imul(a7, c1501) + z1 + z4 + half) >> bits
}

function inverseLine(block: Int32Array, at: number, step: number, bits: number): void {
  const half = 1 << (bits - 1)
  const i1 = at + step
  const i2 = i1 + step
  const i3 = i2 + step
  const i4 = i3 + step
  const i5 = i4 + step
  const i6 = i5 + step
  const i7 = i6 + step
  const v0 = block[at]!
  const v1 = block[i1]!
  const v2 = block[i2]!
  const v3 = block[i3]!
  const v4 = block[i4]!
  const v5 = block[i5]!
  const v6 = block[i6]!
  const v7 = block[i7]!
  if ((v1 | v2 | v3 | v4 | v5 | v6 | v7) === 0) {
    const flat = ((v0 << fraction) + half) >> bits
    block[at] = block[i1] = block[i2] = block[i3] = flat
    block[i4] = block[i5] = block[i6] = block[i7] = flat
    return
  }

  const even = Math.imul(v2 + v6, c0541)
  const e2 = even - Math.imul(v6, c1847)
  const e3 = even + Math.imul(v2, c0765)
  const e0 = (v0 + v4) << fraction
  const e1 = (v0 - v4) << fraction
  const b0 = e0 + e3 + half
  const b3 = e0 - e3 + half
  const b1 = e1 + e2 + half
  const b2 = e1 - e2 + half

  const odd = Math.imul(v7 + v3 + v5 + v1, c1175)
  const z1 = Math.imul(v7 + v1, -c0899)
  const z2 = Math.imul(v5 + v3, -c2562)
  const z3 = odd - Math.imul(v7 + v3, c1961)
  const z4 = odd - Math.imul(v5 + v1, c0390)
  const o0 = Math.imul(v7, c0298) + z1 + z3
  const o1 = Math.imul(v5, c2053) + z2 + z4
  const o2 = Math.imul(v3, c3072) + z2 + z3
  const o3 = Math.imul(v1, c1501) + z1 + z4

  block[at] = (b0 + o3) >> bits
  block[i7] = (b0 - o3) >> bits
  block[i1] = (b1 + o2) >> bits
  block[i6] = (b1 - o2) >> bits
  block[i2] = (b2 + o1) >> bits
  block[i5] = (b2 - o1) >> bits
  block[i3] = (b3 + o0) >> bits
  block[i4] = (b3 - o0) >> bits
}
