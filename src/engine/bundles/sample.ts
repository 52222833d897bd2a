import { z } from 'zod'
import { murmur128 } from '#shared/murmur.ts'
import { failureRecord } from './factLines.ts'
import { factsName, failuresName, measurementsName } from './manifest.ts'
import { valid, type Bundle } from './open.ts'
import { eachLine, type CsvLine } from './records.ts'
import type { Refuse } from './reader.ts'

/** A fact of a bundle, as facts.csv has it. Probabilities are in [0, 1]. */
export interface BundledFact {
  variant: number
  condition: number
  image: string
  className: string
  predicted: number
  confidence: number
  trueProbability: number | null
  /** Probabilities of the five likeliest classes, by class index. */
  top: ReadonlyMap<number, number>
}

const optional = (text: string) => (text === '' ? null : Number(text))

const line = z.object({
  variant: z.coerce.number().int().min(0),
  condition: z.coerce.number().int().min(0),
  image: z.string().regex(/^[0-9a-f]{64}$/),
  class: z.string(),
  predicted: z.coerce.number().int(),
  confidence: z.coerce.number(),
  true_probability: z.string().transform(optional),
  top: z.string(),
})

const keyOfLine = z.looseObject({ variant: z.string(), condition: z.string(), image: z.string() })

/** Largest numbers of characters of a line and of a line with a vector, such as a map of a megapixel. */
export const longestLine = 2 ** 16
export const longestVector = 2 ** 25

const encoder = new TextEncoder()

/** A measured vector of a bundle, as measurements.csv has it. */
export interface BundledVector {
  variant: number
  image: string
  className: string
  values: number[]
}

const vectorLine = z.object({
  variant: z.coerce.number().int().min(0),
  image: z.string().regex(/^[0-9a-f]{64}$/),
  class: z.string(),
  values: z.string().transform((text) => text.split(';').map(Number)),
})

/**
 * Draws `count` facts of a bundle with a seed; all of them where it has fewer.
 *
 * @throws BUNDLE_MALFORMED where a line is not valid, naming its number
 */
export const sampleFacts = async (bundle: Bundle, count: number, seed: number): Promise<BundledFact[]> =>
  (await sampleLines(bundle, factsName, longestLine, count, seed)).map((row) =>
    factOf(row, bundle.archive.refuse),
  )

/**
 * Draws `count` measured vectors of a bundle with a seed; none where the bundle has no measurements.csv.
 *
 * @throws BUNDLE_MALFORMED where a line is not valid, naming its number
 */
export async function sampleVectors(bundle: Bundle, count: number, seed: number): Promise<BundledVector[]> {
  const { archive } = bundle
  if (!archive.entries.has(measurementsName)) return []
  const rows = await sampleLines(bundle, measurementsName, longestVector, count, seed)
  return rows.map((row) => {
    const place = placeIn(measurementsName, row)
    const { class: className, ...rest } = valid(vectorLine, row.record, place, archive.refuse)
    return { ...rest, className }
  })
}

/** A failure of a bundle, as failures.csv has it. */
export type BundledFailure = z.output<typeof failureRecord>

/**
 * Draws `count` failures of a bundle with a seed; none where the bundle has no failures.csv.
 *
 * @throws BUNDLE_MALFORMED where a line is not valid, naming its number
 */
export async function sampleFailures(bundle: Bundle, count: number, seed: number): Promise<BundledFailure[]> {
  const { archive } = bundle
  if (!archive.entries.has(failuresName)) return []
  const rows = await sampleLines(bundle, failuresName, longestLine, count, seed)
  return rows.map((row) => valid(failureRecord, row.record, placeIn(failuresName, row), archive.refuse))
}

/**
 * Draws a sample of a file's lines. It depends on the seed and the lines, not on their order: each line has a hash of
 * the seed and its key, and the lines with the smallest hashes are taken.
 */
async function sampleLines(
  { archive }: Bundle,
  name: string,
  longest: number,
  count: number,
  seed: number,
): Promise<CsvLine[]> {
  const kept: { order: number; row: CsvLine }[] = []
  let worst = Number.POSITIVE_INFINITY
  await eachLine(archive, name, longest, (row) => {
    const order = orderOf(seed, row, name, archive.refuse)
    if (kept.length >= count && order >= worst) return
    kept.push({ order, row })
    if (kept.length < 2 * count) return
    kept.sort((a, b) => a.order - b.order)
    kept.length = count
    worst = kept.at(-1)?.order ?? worst
  })
  return kept
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ row }) => row)
}

const placeIn = (name: string, { line }: CsvLine) => `line ${line} of ${name}`

function orderOf(seed: number, row: CsvLine, name: string, refuse: Refuse): number {
  const key = valid(keyOfLine, row.record, placeIn(name, row), refuse)
  const [a, b] = murmur128(encoder.encode(`${seed} ${key.variant} ${key.condition} ${key.image}`))
  return a * 2 ** 21 + (b >>> 11)
}

function factOf(row: CsvLine, refuse: Refuse): BundledFact {
  const {
    variant,
    condition,
    image,
    class: className,
    predicted,
    confidence,
    true_probability,
    top,
  } = valid(line, row.record, placeIn(factsName, row), refuse)
  const pairs = top
    .split(';')
    .filter(Boolean)
    .map((pair) => pair.split(':').map(Number))
  return {
    variant,
    condition,
    image,
    className,
    predicted,
    confidence,
    trueProbability: true_probability,
    top: new Map(pairs.map(([index = -1, probability = 0]) => [index, probability])),
  }
}
