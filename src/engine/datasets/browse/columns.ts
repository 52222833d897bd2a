/**
 * Data of every image of a dataset for browsing: arrays with one value per image, in the order of image ids. Reading a row
 * of SQLite takes microseconds, reading a value of an array nanoseconds. So a million images are filtered and counted in
 * tens of milliseconds.
 */
export interface ImageColumns {
  n: number
  id: Uint32Array
  /** Id of the image's example; 0 where the file has not been read. */
  example: Uint32Array
  /** Class index; -1 without a class. */
  classIndex: Int32Array
  /** Index in `parts`; 0 means no part. */
  part: Uint16Array
  parts: string[]
  bytes: Uint32Array
  width: Uint32Array
  height: Uint32Array
  /** Index in `problems`; 0 means no problem. */
  problem: Uint8Array
  problems: string[]
}

export const missing = 0
export const wrong = 1
export const correct = 2
/** The prediction cannot be judged, because the model does not know the image's class. */
export const unjudged = 3

/** Facts of a model under a condition, one value per image. Probabilities are in [0,1], or -1 without a prediction. */
export interface FactColumns {
  n: number
  measured: number
  state: Uint8Array
  predicted: Int32Array
  /** Rank of the true class from 1; 0 where it is not known. */
  rank: Uint16Array
  confidence: Float32Array
  /** Second largest probability. */
  second: Float32Array
  trueProbability: Float32Array
}

export const emptyFacts = (n: number): FactColumns => ({
  n,
  measured: 0,
  state: new Uint8Array(n),
  predicted: new Int32Array(n).fill(-1),
  rank: new Uint16Array(n),
  confidence: new Float32Array(n).fill(-1),
  second: new Float32Array(n).fill(-1),
  trueProbability: new Float32Array(n).fill(-1),
})

/** Probability of the true class minus the largest other probability; NaN where the true class is not known. */
export function trueMarginAt(facts: FactColumns, at: number): number {
  const own = facts.trueProbability[at] ?? -1
  if (own < 0) return Number.NaN
  return own - ((facts.state[at] === correct ? facts.second[at] : facts.confidence[at]) ?? 0)
}

/** Largest probability minus the second largest; NaN where the image was not measured. */
export function marginAt(facts: FactColumns, at: number): number {
  const second = facts.second[at] ?? -1
  return second < 0 ? Number.NaN : (facts.confidence[at] ?? 0) - second
}

/** Index of a value in ascending numbers, or -1. */
export function placeOf(ascending: Uint32Array, value: number): number {
  let [lo, hi] = [0, ascending.length - 1]
  while (lo <= hi) {
    const middle = (lo + hi) >> 1
    const here = ascending[middle] ?? 0
    if (here === value) return middle
    if (here < value) lo = middle + 1
    else hi = middle - 1
  }
  return -1
}
