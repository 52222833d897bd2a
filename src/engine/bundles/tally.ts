import type { BundleVerdict } from '#shared/contract/index.ts'
import type { Manifest } from './manifest.ts'
import type { BundledFact } from './sample.ts'

export interface TallyOptions {
  sample: number
  seed: number
  tolerance: number
}

/** Counts facts that were computed again, those that were not with the reason, and says what that makes of the bundle. */
export function tallyOf({ sample, seed, tolerance }: TallyOptions, sampled: number) {
  const reasons = new Map<string, number>()
  const providers = new Set<string>()
  const disagreeing: BundleVerdict['disagreeing'] = []
  let [checked, identical, largest] = [0, 0, 0]
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
    result: ({ counts, variants }: Manifest): BundleVerdict => ({
      verdict: disagreeing.length > 0 ? 'disagrees' : checked > 0 ? 'agrees' : 'unchecked',
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
