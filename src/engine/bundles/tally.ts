import type { BundleVerdict } from '#shared/contract/index.ts'
import type { Manifest } from './manifest.ts'
import type { BundledFact } from './sample.ts'

/** The options of a check, as `VerifyOptions` explains them. */
export interface TallyOptions {
  sample: number
  seed: number
  tolerance: number
}

export type Tally = ReturnType<typeof tallyOf>

type Disagreement = BundleVerdict['measured']['disagreeing'][number]
type MeasuredPlace = Pick<Disagreement, 'model' | 'what' | 'image'>

/** A column of a table. Differences of its numbers are divided by `scale`; null where values must be equal. */
export interface RowColumn {
  title: string
  scale: number | null
}

/**
 * Counts what was computed again, what agrees with the bundle, and what was not computed with the reasons. `result`
 * gives the verdict on the bundle.
 */
export function tallyOf({ sample, seed, tolerance }: TallyOptions, sampled: number) {
  const reasons = new Map<string, number>()
  const providers = new Set<string>()
  const disagreeing: BundleVerdict['disagreeing'] = []
  let [checked, identical, largest] = [0, 0, 0]
  const measured: BundleVerdict['measured'] = {
    sampled: 0,
    checked: 0,
    identical: 0,
    largest: 0,
    disagreeing: [],
  }
  const compareValues = (
    what: MeasuredPlace,
    stored: MeasuredValues,
    found: MeasuredValues,
    scaleOf: (place: number) => number | null,
    columnOf: (place: number) => string | null,
  ) => {
    measured.checked++
    const { difference, place } = farthest(stored, found, scaleOf)
    measured.largest = Math.max(measured.largest, Number.isFinite(difference) ? difference : 1)
    if (difference === 0) measured.identical++
    if (difference <= tolerance) return
    const [was, is] = [written(stored[place]), written(found[place])]
    measured.disagreeing.push({ ...what, column: columnOf(place), place, stored: was, found: is })
  }
  return {
    skip: (reason: string, n: number) => void reasons.set(reason, (reasons.get(reason) ?? 0) + n),
    provider: (name: string) => void (name !== '' && providers.add(name)),
    /** Whether a prediction that was computed again is the stored one, within the tolerance. */
    agrees: (fact: BundledFact, now: Answer) => isSame(fact, now, tolerance),
    compare(fact: BundledFact, now: Answer, model: string, condition: string) {
      checked++
      const difference = differenceOfAnswers(fact, now)
      largest = Math.max(largest, difference)
      if (now.predicted === fact.predicted && difference === 0) identical++
      if (isSame(fact, now, tolerance)) return
      disagreeing.push({
        model,
        condition,
        image: fact.image,
        className: fact.className,
        stored: { predicted: fact.predicted, confidence: fact.confidence },
        found: { predicted: now.predicted, confidence: now.confidence },
      })
    },
    /** Adds to the number of vectors and table rows to be checked. */
    drawn: (n: number) => void (measured.sampled += n),
    /** Compares a vector. Numbers may differ by the tolerance times the largest stored magnitude. */
    compareVector(what: MeasuredPlace, stored: readonly number[], found: readonly number[]) {
      const scale = largestOf(stored)
      compareValues(
        what,
        stored,
        found,
        () => scale,
        () => null,
      )
    },
    /** Compares a row of a table. Numbers may differ by the tolerance times the scale of their column. */
    compareRow(
      what: MeasuredPlace,
      columns: readonly RowColumn[],
      stored: MeasuredValues,
      found: MeasuredValues,
    ) {
      const at = (place: number) => columns[place] ?? null
      compareValues(
        what,
        stored,
        found,
        (place) => at(place)?.scale ?? null,
        (place) => at(place)?.title ?? null,
      )
    },
    /** Whether something that was computed again differs. */
    disagrees: () => disagreeing.length + measured.disagreeing.length > 0,
    /** What of the sample was computed again, and what was not. */
    state: () => ({
      facts: { sampled, checked, disagreeing: disagreeing.length },
      measured: {
        sampled: measured.sampled,
        checked: measured.checked,
        disagreeing: measured.disagreeing.length,
      },
      skipped: reasons.size > 0,
    }),
    result: ({
      counts,
      variants,
    }: Manifest): Omit<BundleVerdict, 'verdict' | 'parts' | 'signature' | 'file'> => ({
      facts: counts.facts,
      measurements: counts.measurements,
      asked: sample,
      sampled,
      seed,
      tolerance,
      checked,
      identical,
      largest,
      disagreeing,
      measured,
      unchecked: [...reasons].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n),
      storedOn: [
        ...new Set(
          variants.map(
            ({ runtime: { provider, precision, onnxruntime } }) =>
              `${provider}, ${precision}, ONNX Runtime ${onnxruntime}`,
          ),
        ),
      ],
      checkedOn: [...providers],
    }),
  }
}

/** A prediction that was computed again. */
interface Answer {
  predicted: number
  confidence: number
  trueProbability: number | null
}

/** The larger difference of both probabilities; 1 where one is not a number. */
function differenceOfAnswers(fact: BundledFact, now: Answer): number {
  const differences = [
    Math.abs(now.confidence - fact.confidence),
    ...(now.trueProbability === null || fact.trueProbability === null
      ? []
      : [Math.abs(now.trueProbability - fact.trueProbability)]),
  ]
  return Math.max(...differences.map((d) => (Number.isFinite(d) ? d : 1)))
}

/** Two classes whose probabilities are equal within the tolerance may change places. */
function isSame(fact: BundledFact, now: Answer, tolerance: number): boolean {
  const tied = [now.predicted, fact.predicted].every(
    (place) => Math.abs(fact.confidence - (fact.top.get(place) ?? 0)) <= tolerance,
  )
  return (now.predicted === fact.predicted || tied) && differenceOfAnswers(fact, now) <= tolerance
}

type MeasuredValue = Disagreement['stored']
type MeasuredValues = readonly MeasuredValue[]

/** A value as the verdict can hold it: JSON has no NaN. */
const written = (value: MeasuredValue | undefined): MeasuredValue =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : (value ?? null)

/** Returns the largest magnitude among some values; 1 where all are 0. Differences are divided by it. */
export const largestOf = (values: MeasuredValues): number =>
  values.reduce<number>(
    (most, value) => (typeof value === 'number' ? Math.max(most, Math.abs(value)) : most),
    0,
  ) || 1

/** Finds the place where two lists differ most, and the difference there. */
function farthest(
  stored: MeasuredValues,
  found: MeasuredValues,
  scaleOf: (place: number) => number | null,
): { difference: number; place: number } {
  let worst = { difference: 0, place: 0 }
  for (let place = 0; place < Math.max(stored.length, found.length); place++) {
    const difference = differenceOf(stored[place] ?? null, found[place] ?? null, scaleOf(place))
    if (difference > worst.difference) worst = { difference, place }
  }
  return worst
}

/** Returns the difference of two values divided by the scale; Infinity where one is missing or they must be equal. */
function differenceOf(a: MeasuredValue, b: MeasuredValue, scale: number | null): number {
  if (a === b || Object.is(a, b)) return 0
  if (typeof a !== 'number' || typeof b !== 'number' || scale === null) return Infinity
  const share = Math.abs(a - b) / scale
  return Number.isFinite(share) ? share : Infinity
}
