/**
 * Random numbers of the product's generator, for goldens that must use the same draws. Reads a JSON list of
 * { key, kind, count } from stdin. Writes the numbers of all requests, in order, to stdout as little-endian float64.
 * Run: node tools/goldens/studies/numbers.ts < requests.json > numbers.bin
 */
import { readFileSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { generator } from '#shared/random.ts'

const requests = z
  .array(
    z.object({
      key: z.array(z.union([z.string(), z.number()])),
      kind: z.enum(['uniform', 'normal']),
      count: z.int().positive(),
      /** Uniform numbers that are drawn before. */
      skip: z.int().min(0).default(0),
    }),
  )
  .parse(JSON.parse(readFileSync(0, 'utf8')))

for (const { key, kind, count, skip } of requests) {
  const random = generator(...key)
  for (let drawn = 0; drawn < skip; drawn++) random.uniform()
  const numbers =
    kind === 'normal'
      ? Float64Array.from(random.normals(count))
      : Float64Array.from({ length: count }, () => random.uniform())
  let bytes = Buffer.from(numbers.buffer)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes))
}
