/**
 * Ridge regression of classes on features, in closed form: W = (X'X + λ n I)⁻¹ X'Y with a column of ones in X and ±1 in Y.
 * @param features n rows of `width` numbers
 * @param classes n classes from 0
 * @returns weights of [classes, width] and biases of [classes]
 */
export function fitReadout(features: Float32Array, width: number, classes: readonly number[], count: number) {
  const columns = width + 1
  const at = (row: number, column: number) => (column === width ? 1 : (features[row * width + column] ?? 0))
  const system = Array.from({ length: columns }, (_, i) => {
    const line = new Float64Array(columns + count)
    for (let row = 0; row < classes.length; row++) {
      const value = at(row, i)
      for (let j = 0; j < columns; j++) line[j] = (line[j] ?? 0) + value * at(row, j)
      for (let k = 0; k < count; k++)
        line[columns + k] = (line[columns + k] ?? 0) + value * (classes[row] === k ? 1 : -1)
    }
    line[i] = (line[i] ?? 0) + 1e-5 * classes.length
    return line
  })
  eliminate(system)
  const solved = (column: number, k: number) => (system[column]?.[columns + k] ?? 0) * gain
  return {
    weights: Float32Array.from({ length: count * width }, (_, index) =>
      solved(index % width, Math.floor(index / width)),
    ),
    biases: Float32Array.from({ length: count }, (_, k) => solved(width, k)),
  }
}

/** Logits are the regression's answers times this, so that a clear answer has a probability near 1. */
const gain = 4

/** Gauss and Jordan with partial pivots: the left part becomes the identity. */
function eliminate(system: Float64Array[]): void {
  for (let step = 0; step < system.length; step++) {
    const size = (row: number) => Math.abs(system[row]?.[step] ?? 0)
    let best = step
    for (let row = step + 1; row < system.length; row++) if (size(row) > size(best)) best = row
    const [pivot, other] = [system[best], system[step]]
    if (!pivot || !other) return
    system[best] = other
    system[step] = pivot
    const divisor = pivot[step] ?? 1
    for (let column = 0; column < pivot.length; column++) pivot[column] = (pivot[column] ?? 0) / divisor
    for (const [row, line] of system.entries()) {
      const factor = line[step] ?? 0
      if (row === step || factor === 0) continue
      for (let column = step; column < line.length; column++)
        line[column] = (line[column] ?? 0) - factor * (pivot[column] ?? 0)
    }
  }
}
