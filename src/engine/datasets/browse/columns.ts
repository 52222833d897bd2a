/**
 * What browsing asks of every image of a dataset, one value per image in order of image id. A row of SQLite costs
 * microseconds, a value of a column nanoseconds: a million images are filtered and counted in tens of milliseconds.
 */
export interface ImageColumns {
  n: number
  id: Uint32Array
  /** 0 where the file has not been read. */
  example: Uint32Array
  /** -1 without a class. */
  classIndex: Int32Array
  /** Place in `parts`; 0 is no part. */
  part: Uint16Array
  parts: string[]
  bytes: Uint32Array
  width: Uint32Array
  height: Uint32Array
  /** Place in `problems`; 0 is none. */
  problem: Uint8Array
  problems: string[]
}

export const missing = 0
export const wrong = 1
export const correct = 2
/** The model knows no class of the image's name. */
export const unjudged = 3

/** What a model under a condition said of each image. Probabilities in [0,1]; -1 where there is none. */
export interface FactColumns {
  n: number
  measured: number
  state: Uint8Array
  predicted: Int32Array
  /** 0 where unknown. */
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

/** Probability of the true class minus the largest of the others; NaN where the true class is unknown. */
export function trueMarginAt(facts: FactColumns, at: number): number {
  const own = facts.trueProbability[at] ?? -1
  if (own < 0) return Number.NaN
  return own - ((facts.state[at] === correct ? facts.second[at] : facts.confidence[at]) ?? 0)
}

/** Largest probability minus the second; NaN where not measured. */
export function marginAt(facts: FactColumns, at: number): number {
  const second = facts.second[at] ?? -1
  return second < 0 ? Number.NaN : (facts.confidence[at] ?? 0) - second
}

/** Place of a value in ascending numbers, or -1. */
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
