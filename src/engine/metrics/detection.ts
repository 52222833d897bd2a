/** Counts of a detector at each distinct threshold, highest threshold first. */
interface Curve {
  /** True and false positives at or above each threshold. */
  hits: number[]
  alarms: number[]
  positives: number
  negatives: number
}

/**
 * Out-of-distribution detection as on ImageNet-O: the positives are the out-of-distribution images. The score is minus
 * the maximum softmax probability over the 200 classes. Equal scores are one threshold, so their order does not matter.
 */
export interface Detection {
  /** Average precision: sum of (R_n - R_(n-1)) P_n, without interpolation. */
  aupr: number
  /** Probability that a positive scores higher than a negative; equal scores count half. */
  auroc: number
  /** False positive rate in [0,1] at the threshold with the recall nearest to 0.95. */
  fprAt95: number
  /** AUPR of a random detector: the share of positives. */
  chance: number
}

/**
 * Computes the detection metrics.
 *
 * @param scores higher means more likely positive
 * @param positive whether each is a positive
 * @returns null where positives or negatives are missing, or a score is not a number
 */
export function detection(scores: ArrayLike<number>, positive: ArrayLike<boolean>): Detection | null {
  const curve = curveOf(scores, positive)
  if (!curve) return null
  const { positives, negatives } = curve
  return {
    aupr: averagePrecision(curve),
    auroc: areaUnderRoc(curve),
    fprAt95: falseRate(curve, 0.95),
    chance: positives / (positives + negatives),
  }
}

/**
 * `detection` for the resamples of a bootstrap. Sorts the scores once; each resample then takes one pass over all images.
 *
 * @returns a function from a resample (indices into `scores`) to its metrics; null where the resample has no positives or
 *   no negatives
 */
export function resampledDetection(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
): (indices: Uint32Array) => Omit<Detection, 'chance'> | null {
  const order = descending(scores)
  const counts = new Uint32Array(scores.length)
  return (indices) => {
    counts.fill(0)
    let positives = 0
    for (const index of indices) {
      counts[index] = (counts[index] ?? 0) + 1
      if (positive[index]) positives++
    }
    const negatives = indices.length - positives
    if (positives === 0 || negatives === 0) return null
    let [hits, alarms, hitsBefore, alarmsBefore] = [0, 0, 0, 0]
    let [precision, area, nearest, rate] = [0, 0, Infinity, 0]
    for (const [place, i] of order.entries()) {
      const times = counts[i] ?? 0
      if (positive[i]) hits += times
      else alarms += times
      const next = order[place + 1]
      if (next !== undefined && scores[next] === scores[i]) continue
      if (hits > hitsBefore) precision += ((hits - hitsBefore) / positives) * (hits / (hits + alarms))
      area += ((alarms - alarmsBefore) * (hits + hitsBefore)) / 2
      // Thresholds below that of full recall only add false positives. Of two equally near recalls the higher one counts.
      const distance = Math.abs(hits / positives - 0.95)
      if (hitsBefore < positives && distance <= nearest) [nearest, rate] = [distance, alarms / negatives]
      ;[hitsBefore, alarmsBefore] = [hits, alarms]
    }
    return { aupr: precision, auroc: area / (positives * negatives), fprAt95: rate }
  }
}

const descending = (scores: ArrayLike<number>): number[] =>
  Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))

function curveOf(scores: ArrayLike<number>, positive: ArrayLike<boolean>): Curve | null {
  const order = descending(scores)
  if (order.some((i) => Number.isNaN(scores[i] ?? Number.NaN))) return null
  const curve: Curve = { hits: [], alarms: [], positives: 0, negatives: 0 }
  for (const [place, i] of order.entries()) {
    if (positive[i]) curve.positives++
    else curve.negatives++
    const next = order[place + 1]
    if (next !== undefined && scores[next] === scores[i]) continue
    curve.hits.push(curve.positives)
    curve.alarms.push(curve.negatives)
  }
  return curve.positives === 0 || curve.negatives === 0 ? null : curve
}

function averagePrecision({ hits, alarms, positives }: Curve): number {
  let sum = 0
  let before = 0
  for (const [at, hit] of hits.entries()) {
    sum += ((hit - before) / positives) * (hit / (hit + (alarms[at] ?? 0)))
    before = hit
  }
  return sum
}

function areaUnderRoc({ hits, alarms, positives, negatives }: Curve): number {
  let area = 0
  let hit = 0
  let alarm = 0
  for (const [at, nextHit] of hits.entries()) {
    const nextAlarm = alarms[at] ?? 0
    area += ((nextAlarm - alarm) * (hit + nextHit)) / 2
    hit = nextHit
    alarm = nextAlarm
  }
  return area / (positives * negatives)
}

/** False positive rate at the nearest recall. Of two equally near recalls the higher one counts, as in the benchmark. */
function falseRate({ hits, alarms, positives, negatives }: Curve, recall: number): number {
  let best = Number.POSITIVE_INFINITY
  let rate = 0
  // Thresholds below that of full recall only add false positives.
  const last = hits.indexOf(positives)
  for (let at = last; at >= 0; at--) {
    const distance = Math.abs((hits[at] ?? 0) / positives - recall)
    if (distance >= best) continue
    best = distance
    rate = (alarms[at] ?? 0) / negatives
  }
  return rate
}
