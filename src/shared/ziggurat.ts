import { exp, ln } from './elementary.ts'

/**
 * The normal density cut into 256 layers of equal area (Marsaglia and Tsang, "The Ziggurat Method for Generating Random
 * Variables", 2000). Layer 0 holds the tail beyond `edge`. Edge and area are the paper's for 256 layers.
 */
export const edge = 3.6541528853610088
const area = 0.00492867323399

const density = (x: number) => exp(-0.5 * x * x)

/** Width of each layer over 2^22: a draw of layer i lies at (j + 0.5) * scale[i], j a signed integer of 23 bits. */
export const scale = new Float64Array(256)
/** A draw closer to the middle than this is certainly inside the density. */
export const safe = new Float64Array(256)
/** Density at the outer border of each layer; height[256] is the maximum. */
export const height = new Float64Array(257)

const border = new Float64Array(257)
border[0] = area / density(edge)
border[1] = edge
for (let i = 2; i < 256; i++) {
  border[i] = Math.sqrt(-2 * ln(area / border[i - 1]! + density(border[i - 1]!)))
}
for (let i = 0; i < 256; i++) {
  scale[i] = border[i]! / 4194304
  safe[i] = border[i + 1]!
  height[i] = i === 0 ? 0 : density(border[i]!)
}
height[256] = 1
