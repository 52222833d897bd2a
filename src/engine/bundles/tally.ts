import type { BundleVerdict } from '#shared/contract/index.ts'
import type { Manifest } from './manifest.ts'
import type { BundledFact } from './sample.ts'

export interface TallyOptions {
  sample: number
  seed: number
  tolerance: number
}

export type Tally = ReturnType<typeof tallyOf>

/** Counts facts and measured numbers that were computed again, those that were not with the reason, and says what that makes of the bundle. */
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
  return {
    skip: (reason: string, n: number) => void reasons.set(reason, (reasons.get(reason) ?? 0) + n),
    provider: (name: string) => void (name !== '' && providers.add(name)),
    compare(
      fact: BundledFact,
      now: { predicted: number; confidence: number; trueProbability: number | null },
      model: string,
      condition: string,
    ) {
      checked++
      const differences = [
        Math.abs(now.confidence - fact.confidence),
        ...(now.trueProbability === null || fact.trueProbability === null
          ? []
          : [Math.abs(now.trueProbability - fact.trueProbability)]),
      ]
      const difference = Math.max(...differences.map((d) => (Number.isFinite(d) ? d : 1)))
      largest = Math.max(largest, difference)
      const same = now.predicted === fact.predicted
      if (same && difference === 0) identical++
      // Two classes that were as good as equally likely may change places.
      const tied = [now.predicted, fact.predicted].every(
        (place) => Math.abs(fact.confidence - (fact.top.get(place) ?? 0)) <= tolerance,
      )
      if ((same || tied) && difference <= tolerance) return
      disagreeing.push({
        model,
        condition,
        image: fact.image,
        className: fact.className,
        stored: { predicted: fact.predicted, confidence: fact.confidence },
        found: { predicted: now.predicted, confidence: now.confidence },
      })
    },
    /** Vectors and rows of tables that are to be checked. */
    drawn: (n: number) => void (measured.sampled += n),
    /** Numbers that were measured or read again; they may differ by the tolerance times the largest of those stored. */
    compareNumbers(
      what: { model: string; what: string; image: string | null },
      stored: Numbers,
      found: Numbers,
    ) {
      measured.checked++
      const { difference, place } = farthest(stored, found)
      measured.largest = Math.max(measured.largest, difference)
      if (difference === 0) measured.identical++
      if (difference <= tolerance) return
      const [was, is] = [stored[place] ?? null, found[place] ?? null]
      measured.disagreeing.push({ ...what, place, stored: was, found: is })
    },
    result: ({ counts, variants }: Manifest): BundleVerdict => ({
      verdict:
        disagreeing.length + measured.disagreeing.length > 0
          ? 'disagrees'
          : checked + measured.checked > 0
            ? 'agrees'
            : 'unchecked',
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

type Numbers = readonly (number | null)[]

/** Where two lists differ most, as a share of the largest number of the first; a missing number is as far as can be. */
function farthest(stored: Numbers, found: Numbers): { difference: number; place: number } {
  const scale = stored.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0) || 1
  let worst = { difference: 0, place: 0 }
  for (let place = 0; place < Math.max(stored.length, found.length); place++) {
    const [a, b] = [stored[place] ?? null, found[place] ?? null]
    const away = a === null || b === null ? (a === b ? 0 : 1) : Math.abs(a - b) / scale
    const difference = Number.isFinite(away) ? away : Object.is(a, b) ? 0 : 1
    if (difference > worst.difference) worst = { difference, place }
  }
  return worst
}
