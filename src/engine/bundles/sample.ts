import { parse } from 'csv-parse'
import { z } from 'zod'
import { murmur128 } from '#shared/murmur.ts'
import { factsName } from './manifest.ts'
import type { Bundle } from './open.ts'

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

const encoder = new TextEncoder()

/**
 * A sample of a bundle's facts that depends on the seed and the facts alone, not on their order: those whose key comes
 * first in an order drawn from it.
 */
export async function sampleFacts({ archive }: Bundle, count: number, seed: number): Promise<BundledFact[]> {
  const kept: { order: number; row: unknown }[] = []
  let worst = Number.POSITIVE_INFINITY
  const parser = parse({ columns: true, bom: true })
  parser.on('readable', () => {
    for (let row: unknown = parser.read(); row !== null; row = parser.read()) {
      const order = orderOf(seed, row)
      if (kept.length >= count && order >= worst) continue
      kept.push({ order, row })
      if (kept.length < 2 * count) continue
      kept.sort((a, b) => a.order - b.order)
      kept.length = count
      worst = kept.at(-1)?.order ?? worst
    }
  })
  const ended = new Promise<void>((resolve, reject) => {
    parser.on('end', () => resolve())
    parser.on('error', reject)
  })
  await Promise.all([
    archive
      .each(factsName, (piece) => {
        if (!parser.write(piece)) return new Promise<void>((resolve) => parser.once('drain', resolve))
        return undefined
      })
      .then(() => parser.end()),
    ended,
  ])
  return kept
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ row }) => factOf(row))
}

function orderOf(seed: number, row: unknown): number {
  const key = z.looseObject({ variant: z.string(), condition: z.string(), image: z.string() }).parse(row)
  const [a, b] = murmur128(encoder.encode(`${seed} ${key.variant} ${key.condition} ${key.image}`))
  return a * 2 ** 21 + (b >>> 11)
}

function factOf(row: unknown): BundledFact {
  const {
    variant,
    condition,
    image,
    class: className,
    predicted,
    confidence,
    true_probability,
    top,
  } = line.parse(row)
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
