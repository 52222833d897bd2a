/** 8-bit levels as float32 in [0,1]: each level is divided by 255 in float64, then rounded. */
export function unitFloats(levels: Uint8Array): Float32Array {
  const floats = new Float32Array(levels.length)
  for (let i = 0; i < levels.length; i++) floats[i] = (levels[i] ?? 0) / 255
  return floats
}
