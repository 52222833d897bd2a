/**
 * ln, exp, sin and cos made only of + - * / on doubles, so that every machine gives the same bits. `Math.log` and its
 * kin may differ in the last bit between engines and processors, and one bit can change a drawn pixel. All results
 * agree with the true value to a few units in the last place.
 */
const ln2High = 6.9314718036912381649e-1
const ln2Low = 1.90821492927058770002e-10
const word = new Float64Array(1)
const halves = new Uint32Array(word.buffer)
/** Index of the half of a double that holds sign and exponent (1 on every little-endian machine). */
const high = (() => {
  word[0] = 1
  return halves[1] === 0x3ff00000 ? 1 : 0
})()

/** 2^n for -1022 <= n <= 1023. */
function powerOfTwo(n: number): number {
  halves[high] = (n + 1023) << 20
  halves[1 - high] = 0
  return word[0]!
}

/** Natural logarithm of `x`, a normal number above 0. */
export function ln(x: number): number {
  word[0] = x
  const bits = halves[high]!
  let exponent = (bits >>> 20) - 1023
  halves[high] = (bits & 0xfffff) | 0x3ff00000
  let mantissa = word[0]!
  if (mantissa > Math.SQRT2) {
    mantissa /= 2
    exponent++
  }
  // ln m = 2 artanh((m - 1) / (m + 1)), |s| <= 0.172
  const s = (mantissa - 1) / (mantissa + 1)
  const z = s * s
  let sum = 0
  for (let k = 21; k >= 3; k -= 2) sum = (sum + 1 / k) * z
  return exponent * ln2High + (2 * s + (2 * s * sum + exponent * ln2Low))
}

/** e^x; 0 for x below -708, Infinity for x above 709. */
export function exp(x: number): number {
  if (x < -708) return 0
  if (x > 709) return Infinity
  const n = Math.floor(x / Math.LN2 + 0.5)
  const r = x - n * ln2High - n * ln2Low
  let sum = 1
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * r) / k
  return sum * powerOfTwo(n)
}

/** sin and cos of `x` radians, |x| below about 1e5. */
export function sinCos(x: number): { sin: number; cos: number } {
  const quarter = Math.floor(x / (Math.PI / 2) + 0.5)
  const r = x - quarter * 1.5707963267341256 - quarter * 6.077100506506192e-11
  const z = r * r
  let s = 1
  let c = 1
  for (let k = 9; k >= 1; k--) {
    s = 1 - (s * z) / (2 * k * (2 * k + 1))
    c = 1 - (c * z) / (2 * k * (2 * k - 1))
  }
  s *= r
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return { sin: s, cos: c }
    case 1:
      return { sin: c, cos: -s }
    case 2:
      return { sin: -s, cos: -c }
    default:
      return { sin: -c, cos: s }
  }
}
