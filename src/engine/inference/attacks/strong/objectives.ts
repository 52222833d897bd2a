/** What an attack with gradients makes grow: a function of the outputs z [classes] and the true class y. */
export interface Objective {
  value(z: Float32Array, y: number): number
  /** Its derivatives by the outputs, [classes]; null: it is the cross entropy, whose gradient comes with the outputs. */
  weights: ((z: Float32Array, y: number) => Float32Array) | null
}

const at = (z: Float32Array, k: number) => z[k] ?? 0

/** The classes in order of their outputs, the largest first. Ties go to the lower class. */
export const ranked = (z: Float32Array): number[] =>
  [...z.keys()].sort((a, b) => at(z, b) - at(z, a) || a - b)

/** The class with the largest output among the others than `y`. */
export function runnerUp(z: Float32Array, y: number): number {
  let best = y === 0 ? 1 : 0
  for (let k = 0; k < z.length; k++) if (k !== y && at(z, k) > at(z, best)) best = k
  return best
}

/** Output of the true class minus the largest other one; -Infinity where an output is not finite. */
export const marginOf = (z: Float32Array, y: number): number =>
  z.every(Number.isFinite) ? at(z, y) - at(z, runnerUp(z, y)) : -Infinity

/** Whether the answer is another class than `y`. Of equal outputs the lower class is the answer. */
export function isWrong(z: Float32Array, y: number): boolean {
  const other = runnerUp(z, y)
  return !z.every(Number.isFinite) || at(z, other) > at(z, y) || (at(z, other) === at(z, y) && other < y)
}

export const crossEntropy: Objective = {
  value(z, y) {
    const max = z.reduce((a, b) => Math.max(a, b), -Infinity)
    return max + Math.log(z.reduce((sum, v) => sum + Math.exp(v - max), 0)) - at(z, y)
  },
  weights: null,
}

/** Added to denominators, as published. */
const tiny = 1e-12

/**
 * Difference of logits ratio: -(z_y - max of the others) / (z_1 - z_3), z_1 and z_3 the largest and third largest output (Croce
 * and Hein 2020, equation 6). It needs three classes.
 */
export const logitsRatio: Objective = {
  value(z, y) {
    const [first = 0, , third = 0] = ranked(z)
    return -(at(z, y) - at(z, runnerUp(z, y))) / (at(z, first) - at(z, third) + tiny)
  },
  weights(z, y) {
    const [first = 0, , third = 0] = ranked(z)
    const found = new Float32Array(z.length)
    const over = at(z, first) - at(z, third) + tiny
    const other = runnerUp(z, y)
    const pull = (at(z, y) - at(z, other)) / over ** 2
    add(found, [
      [y, -1 / over],
      [other, 1 / over],
      [first, pull],
      [third, -pull],
    ])
    return found
  },
}

/**
 * The same with a class t that is aimed at: -(z_y - z_t) / (z_1 - (z_3 + z_4) / 2) (Croce and Hein 2020, equation 7). It
 * needs four classes.
 */
export const logitsRatioTo = (target: number): Objective => ({
  value(z, y) {
    const [first = 0, , third = 0, fourth = 0] = ranked(z)
    return -(at(z, y) - at(z, target)) / (at(z, first) - (at(z, third) + at(z, fourth)) / 2 + tiny)
  },
  weights(z, y) {
    const [first = 0, , third = 0, fourth = 0] = ranked(z)
    const found = new Float32Array(z.length)
    const over = at(z, first) - (at(z, third) + at(z, fourth)) / 2 + tiny
    const pull = (at(z, y) - at(z, target)) / over ** 2
    add(found, [
      [y, -1 / over],
      [target, 1 / over],
      [first, pull],
      [third, -pull / 2],
      [fourth, -pull / 2],
    ])
    return found
  },
})

const add = (to: Float32Array, terms: readonly [number, number][]) => {
  for (const [k, value] of terms) to[k] = at(to, k) + value
}
