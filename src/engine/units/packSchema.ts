import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { partSchema } from './container.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.int().nonnegative()

/** The head of a pack of facts: what was measured, by what, and how many facts there are. */
export const packSchema = z.object({
  kernelscope: z.string(),
  onnxruntime: z.string(),
  schema: z.int(),
  /** The plan whose unit was measured; its digest names it. */
  plan: digest,
  study: z.object({ kind: z.string(), title: z.string(), createdAt: z.int() }),
  unit: z.object({
    name: z.string().max(80),
    of: count,
    modelId: z.int(),
    title: z.string(),
    conditions: z.tuple([count, count]),
    images: z.tuple([count, count]),
    answers: count,
  }),
  /** Models that facts are of. */
  models: z.array(z.object({ digest, title: z.string() })),
  /** Where models ran; the name of the machine is not in it. */
  runtimes: z.array(z.object({ provider: z.string(), precision: z.string(), onnxruntime: z.string() })),
  facts: z.object({ predictions: count, measurements: count, failures: count }),
  /** Seconds until the first answer was there, and of all the work. */
  seconds: z.object({ opening: z.number().nonnegative(), all: z.number().nonnegative() }),
  /** Bytes of the database, which is gzipped in its part. */
  databaseBytes: count,
  parts: z.array(partSchema).min(1).max(1000),
})
export type PackHead = z.infer<typeof packSchema>

/** Names of the parts. */
export const databasePart = 'workspace.sqlite.gz'
export const drawsPart = /^draws\/([0-9a-f]{64}(?:\.replay)?\.(?:json|sqlite))$/

/** Makes the error of a file that is not the pack it should be. */
export const refusePack =
  (path: string) =>
  (why: string): KernelscopeError =>
    new KernelscopeError('PACK_MALFORMED', `${path}: ${why}`)
