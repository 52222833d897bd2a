import { once } from 'node:events'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { murmur128 } from '#shared/murmur.ts'
import { factsName, measurementsName } from './manifest.ts'
import { valid, type Bundle } from './open.ts'
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

/** A parsed line and its number in the file. */
const parsedLine = z.object({ record: z.unknown(), info: z.object({ lines: z.number() }) })
type ParsedLine = z.infer<typeof parsedLine>

/** Largest numbers of characters of a line and of a line with a vector, such as a map of a megapixel. */
const longestLine = 2 ** 16
const longestVector = 2 ** 25

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
): Promise<ParsedLine[]> {
  const kept: { order: number; row: ParsedLine }[] = []
  let worst = Number.POSITIVE_INFINITY
  const take = (row: ParsedLine) => {
    const order = orderOf(seed, row, name, archive.refuse)
    if (kept.length >= count && order >= worst) return
    kept.push({ order, row })
    if (kept.length < 2 * count) return
    kept.sort((a, b) => a.order - b.order)
    kept.length = count
    worst = kept.at(-1)?.order ?? worst
  }
  const parser = parse({ columns: true, bom: true, info: true, max_record_size: longest })
  parser.on('readable', () => {
    // An error thrown in a listener would be lost.
    try {
      for (let row: unknown = parser.read(); row !== null; row = parser.read()) take(parsedLine.parse(row))
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve())
    parser.on('error', (error) => {
      reject(error instanceof KernelscopeError ? error : archive.refuse(`${name}: ${error.message}`))
    })
  })
  const fed = archive.each(name, async (piece) => {
    if (parser.errored) throw parser.errored
    if (!parser.write(piece)) await once(parser, 'drain')
  })
  await Promise.all([ended, fed.then(() => parser.end())])
  return kept
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ row }) => row)
}

const placeIn = (name: string, { info }: ParsedLine) => `line ${info.lines} of ${name}`

function orderOf(seed: number, row: ParsedLine, name: string, refuse: Refuse): number {
  const key = valid(keyOfLine, row.record, placeIn(name, row), refuse)
  const [a, b] = murmur128(encoder.encode(`${seed} ${key.variant} ${key.condition} ${key.image}`))
  return a * 2 ** 21 + (b >>> 11)
}

function factOf(row: ParsedLine, refuse: Refuse): BundledFact {
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
