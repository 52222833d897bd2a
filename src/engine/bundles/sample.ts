import { once } from 'node:events'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { murmur128 } from '#shared/murmur.ts'
import { factsName } from './manifest.ts'
import { valid, type Bundle } from './open.ts'
import type { Refuse } from './reader.ts'

/** A fact of a bundle as it is written there. */
export interface BundledFact {
  variant: number
  condition: number
  image: string
  className: string
  predicted: number
  confidence: number
  trueProbability: number | null
  /** Probabilities of the five likeliest classes. */
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

/** A line as the parser gives it, and its number in the file. */
const parsedLine = z.object({ record: z.unknown(), info: z.object({ lines: z.number() }) })
type ParsedLine = z.infer<typeof parsedLine>

/** Characters of a line. */
const longestLine = 2 ** 16

const encoder = new TextEncoder()

/**
 * A sample of a bundle's facts that depends on the seed and the facts alone, not on their order: those whose key comes
 * first in an order drawn from it.
 *
 * @throws BUNDLE_MALFORMED naming the line that is not one of facts
 */
export async function sampleFacts({ archive }: Bundle, count: number, seed: number): Promise<BundledFact[]> {
  const kept: { order: number; row: ParsedLine }[] = []
  let worst = Number.POSITIVE_INFINITY
  const take = (row: ParsedLine) => {
    const order = orderOf(seed, row, archive.refuse)
    if (kept.length >= count && order >= worst) return
    kept.push({ order, row })
    if (kept.length < 2 * count) return
    kept.sort((a, b) => a.order - b.order)
    kept.length = count
    worst = kept.at(-1)?.order ?? worst
  }
  const parser = parse({ columns: true, bom: true, info: true, max_record_size: longestLine })
  parser.on('readable', () => {
    // What is thrown in a listener would reach nobody.
    try {
      for (let row: unknown = parser.read(); row !== null; row = parser.read()) take(parsedLine.parse(row))
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve())
    parser.on('error', (error) => {
      reject(error instanceof KernelscopeError ? error : archive.refuse(`${factsName}: ${error.message}`))
    })
  })
  const fed = archive.each(factsName, async (piece) => {
    if (parser.errored) throw parser.errored
    if (!parser.write(piece)) await once(parser, 'drain')
  })
  await Promise.all([ended, fed.then(() => parser.end())])
  return kept
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ row }) => factOf(row, archive.refuse))
}

const placeOf = ({ info }: ParsedLine) => `line ${info.lines} of ${factsName}`

function orderOf(seed: number, row: ParsedLine, refuse: Refuse): number {
  const key = valid(keyOfLine, row.record, placeOf(row), refuse)
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
  } = valid(line, row.record, placeOf(row), refuse)
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
