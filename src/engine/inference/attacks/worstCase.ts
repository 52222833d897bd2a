import { emptyFacts, factsOf, type Facts } from '../facts.ts'

/** Keeps, for each image, the restart after which the true class has the smallest margin. */
export class WorstCase {
  readonly #outputs: Float32Array
  readonly #margins: Float64Array
  readonly #rows: number
  readonly #classes: number
  readonly #values: number
  readonly #probabilities: boolean
  images: Float32Array | null = null

  constructor(rows: number, classes: number, values: number, probabilities: boolean) {
    this.#outputs = new Float32Array(rows * classes)
    this.#margins = new Float64Array(rows).fill(Infinity)
    this.#rows = rows
    this.#classes = classes
    this.#values = values
    this.#probabilities = probabilities
  }

  take(outputs: Float32Array, x: Float32Array, targets: Int32Array, keep: boolean): void {
    if (keep) this.images ??= new Float32Array(this.#rows * this.#values)
    for (let row = 0; row < this.#rows; row++) {
      const z = outputs.subarray(row * this.#classes, (row + 1) * this.#classes)
      const margin = marginOf(z, targets[row] ?? -1)
      if (margin >= (this.#margins[row] ?? Infinity)) continue
      this.#margins[row] = margin
      this.#outputs.set(z, row * this.#classes)
      if (keep) this.images?.set(x.subarray(row * this.#values, (row + 1) * this.#values), row * this.#values)
    }
  }

  facts(targets: Int32Array): Facts {
    return this.#rows === 0
      ? emptyFacts(0)
      : factsOf(this.#outputs, this.#rows, this.#classes, targets, this.#probabilities)
  }
}

/** Output of the true class minus the largest other output; -Infinity where an output is not finite. */
function marginOf(z: Float32Array, target: number): number {
  let other = -Infinity
  for (let k = 0; k < z.length; k++) {
    const value = z[k] ?? NaN
    if (!Number.isFinite(value)) return -Number.MAX_VALUE
    if (k !== target) other = Math.max(other, value)
  }
  return (z[target] ?? 0) - other
}
