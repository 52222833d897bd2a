import { basename } from 'node:path'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import {
  corruptionNames,
  frameCount,
  imagenetC15,
  imagenetCHoldOut,
  imagenetP10,
  imagenetPHoldOut,
  noisePerturbations,
  perturbationNames,
  transform,
  type Transform,
} from '#shared/transforms/index.ts'
import { locateImage } from '../../datasets/index.ts'
import { corruptions, frameText, resizedSize, type Geometry } from '../../images/index.ts'
import type { Answer } from '../bytes/server.ts'
import { api } from '../session/implementation.ts'
import type { EngineSession } from '../session/session.ts'

/** What is shown in the gallery: a row of the workspace, or a file that was opened for it. */
interface Subject {
  path: string
  /** Digest of the bytes, hex: the key of every random draw. */
  imageKey: string
  height: number
  width: number
}

/** Files opened for the gallery, by digest, the last ones only; forgotten when the engine ends. */
const opened = new Map<string, Subject>()
const openedAtMost = 50

export const gallery = {
  catalogue: api.gallery.catalogue.handler(() => ({
    corruptions: corruptionNames.map((name) => ({
      name,
      role: roleOf(name, imagenetC15, imagenetCHoldOut),
      random: !corruptions[name].deterministic,
      parameters: corruptions[name].parameters,
    })),
    perturbations: perturbationNames.map((name) => ({
      name,
      role: roleOf(name, imagenetP10, imagenetPHoldOut),
      noise: noisePerturbations.includes(name),
      frames: Array.from({ length: frameCount(name) }, (_, frame) => frameText(name, frame)),
    })),
  })),
  file: api.gallery.file.handler(async ({ input: { path }, context }) => {
    const { digest, width, height } = await context.session.pool.digestAndMeasure(path)
    opened.delete(digest)
    opened.set(digest, { path, imageKey: digest, width, height })
    if (opened.size > openedAtMost) opened.delete(opened.keys().next().value ?? '')
    return { key: digest, name: basename(path), width, height }
  }),
}

const roleOf = (name: string, benchmark: readonly string[], holdOut: readonly string[]) =>
  benchmark.includes(name) ? 'benchmark' : holdOut.includes(name) ? 'hold-out' : null

const rowId = /^\d{1,15}$/
const digest = /^[0-9a-f]{64}$/

function subjectOf(session: EngineSession, name: string): Subject {
  if (rowId.test(name)) {
    const { image, path, digest: own } = locateImage(session.open().workspace.db, Number(name))
    return { path, imageKey: own?.toString('hex') ?? '', height: image.height, width: image.width }
  }
  const found = digest.test(name) ? opened.get(name) : undefined
  if (!found)
    throw new KernelscopeError('FILE_MISSING', 'this file was opened before the engine started', {
      hint: 'Open the file again.',
    })
  return found
}

/** Longest shorter side at which a picture of its own size is shown: beyond it, nothing can be seen that is not there. */
const largestOwn = 512

/** The benchmark's geometry (shorter side 256, centre crop 224), or the picture at its own size. */
function geometryOf({ height, width }: Subject, size: 'benchmark' | 'own'): Geometry {
  if (size === 'benchmark')
    return { size: [224, 224], resize: 'shorter', resizeTo: 256, interpolation: 'bilinear' }
  if (Math.min(height, width) <= largestOwn)
    return { size: [height, width], resize: 'none', resizeTo: null, interpolation: 'bilinear' }
  const shrunk = { size: [0, 0] as [number, number], resize: 'shorter', resizeTo: largestOwn } as const
  const geometry = { ...shrunk, interpolation: 'bilinear' as const }
  return { ...geometry, size: resizedSize(geometry, height, width) }
}

const query = z.object({
  size: z.enum(['benchmark', 'own']).default('benchmark'),
  transform: z.string().max(1000),
})
const filmQuery = z.object({
  size: z.enum(['benchmark', 'own']).default('benchmark'),
  name: z.enum(perturbationNames),
  seed: z.coerce.number().int(),
  difficulty: z.coerce.number().int().min(1).max(3).default(1),
})

/** Made pictures, the least recently asked for dropped first. */
const kept = new Map<string, Buffer>()
const keptBytes = 64 * 2 ** 20
let bytesKept = 0

async function remembered(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
  const known = kept.get(key)
  if (known) {
    kept.delete(key)
    kept.set(key, known)
    return known
  }
  const made = await make()
  // Another request for the same picture may have been faster.
  if (kept.has(key)) return made
  kept.set(key, made)
  bytesKept += made.length
  for (const [oldest, bytes] of kept) {
    if (bytesKept <= keptBytes) break
    kept.delete(oldest)
    bytesKept -= bytes.length
  }
  return made
}

function parsed<T>(schema: z.ZodType<T>, params: URLSearchParams): T {
  const found = schema.safeParse(Object.fromEntries(params))
  if (found.success) return found.data
  throw new KernelscopeError('USAGE', `invalid address: ${z.prettifyError(found.error)}`)
}

function transformOf(text: string): Transform {
  try {
    return transform.parse(JSON.parse(text))
  } catch (cause) {
    throw new KernelscopeError('USAGE', 'invalid transform', { cause })
  }
}

/** A picture under a transform, as PNG: `/bytes/transformed/IMAGE?size=…&transform=JSON`. */
export async function transformedPicture(
  session: EngineSession,
  name: string,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<Answer> {
  const { size, transform: text } = parsed(query, params)
  const chosen = transformOf(text)
  const { path, imageKey, ...subject } = subjectOf(session, name)
  const preprocessing = geometryOf({ path, imageKey, ...subject }, size)
  const bytes = await remembered(`${imageKey} ${size} ${text}`, () =>
    session.pool.input({ path, imageKey, preprocessing, transform: chosen }, signal),
  )
  return { type: 'image/png', bytes }
}

/** All frames of a perturbation below one another, as PNG: `/bytes/film/IMAGE?name=…&seed=…`. */
export async function film(
  session: EngineSession,
  subject: string,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<Answer> {
  const { size, name, seed, difficulty } = parsed(filmQuery, params)
  const { path, imageKey, ...sides } = subjectOf(session, subject)
  const transforms = Array.from({ length: frameCount(name) }, (_, frame) =>
    transform.parse({ op: 'perturbation', name, frame, seed, difficulty }),
  )
  const preprocessing = geometryOf({ path, imageKey, ...sides }, size)
  const bytes = await remembered(`${imageKey} ${size} film ${name} ${seed} ${difficulty}`, () =>
    session.pool.strip({ path, imageKey, preprocessing, transforms }, signal),
  )
  return { type: 'image/png', bytes }
}
