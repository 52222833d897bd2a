import { createHash } from 'node:crypto'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'

/**
 * A file with the subsets of blocks of a lesion study, which another study can replay. Blocks count from 0 in
 * order of depth, removable or not. A model uses the entry with its digest, else one with as many blocks.
 */
const subsetFile = z.object({
  format: z.literal('kernelscope-subsets'),
  version: z.literal(1),
  models: z
    .array(
      z.object({
        title: z.string(),
        /** sha256 of the model file. */
        digest: z.string(),
        blocks: z.int().positive(),
        subsets: z.array(z.array(z.int().min(0)).min(1)),
      }),
    )
    .min(1),
})

export type SubsetFile = z.infer<typeof subsetFile>

export const isSubsetFile = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'format' in value && value.format === 'kernelscope-subsets'

/**
 * Parses a subsets file.
 *
 * @throws DRAWS_MALFORMED where it is invalid; the message names the place
 */
export function parseSubsets(value: unknown): SubsetFile {
  const parsed = subsetFile.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw malformed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`)
  }
  for (const { title, blocks, subsets } of parsed.data.models)
    for (const subset of subsets) {
      if (subset.some((block) => block >= blocks))
        throw malformed(`${title} has ${blocks} blocks, a subset is ${subset.join(' ')}`)
      if (new Set(subset).size < subset.length)
        throw malformed(`a subset has a block twice: ${subset.join(' ')}`)
    }
  return parsed.data
}

const malformed = (what: string) => new KernelscopeError('DRAWS_MALFORMED', `invalid subsets file: ${what}`)

/** Writes one subset per line, so that two files can be compared by eye. */
export function serialiseSubsets({ format, version, models }: SubsetFile): string {
  const entries = models.map(({ title, digest, blocks, subsets }) => {
    const head = [
      `"title": ${JSON.stringify(title)}`,
      `"digest": ${JSON.stringify(digest)}`,
      `"blocks": ${blocks}`,
    ]
    const lines = subsets.map((subset) => `        [${subset.join(', ')}]`).join(',\n')
    return `    {\n${head.map((line) => `      ${line},\n`).join('')}      "subsets": [\n${lines}\n      ]\n    }`
  })
  return `{\n  "format": "${format}",\n  "version": ${version},\n  "models": [\n${entries.join(',\n')}\n  ]\n}\n`
}

/**
 * Stores a subsets file in the workspace and returns its digest (sha256, hex), which names it from then on.
 *
 * @throws DRAWS_MALFORMED where it is invalid
 */
export function keepSubsets(db: Db, text: string): string {
  parseSubsets(JSON.parse(text))
  const digest = createHash('sha256').update(text).digest('hex')
  db.prepare('INSERT OR IGNORE INTO subset_file (digest, text) VALUES (?, ?)').run(digest, text)
  return digest
}

/**
 * Reads the subsets file that the workspace holds under a digest.
 *
 * @throws DRAWS_MALFORMED where there is none
 */
export function readSubsets(db: Db, digest: string): SubsetFile {
  const text = db
    .prepare<[string], string>('SELECT text FROM subset_file WHERE digest = ?')
    .pluck()
    .get(digest)
  if (text !== undefined) return parseSubsets(JSON.parse(text))
  throw new KernelscopeError('DRAWS_MALFORMED', `no subsets ${digest} in the workspace`, {
    hint: 'Import the subsets file first.',
  })
}

/**
 * The subsets of a file for a model, blocks ascending; empty where `problem` says why they cannot be used.
 */
export function subsetsFor(
  { models }: SubsetFile,
  { digest, inspection: { blocks } }: StoredModel,
): { subsets: number[][]; problem: string | null } {
  const entry =
    models.find((one) => one.digest === digest) ?? models.find((one) => one.blocks === blocks.length)
  if (!entry) return { subsets: [], problem: `the file has no subsets of ${blocks.length} blocks` }
  const fixed = entry.subsets.flat().find((index) => !blocks[index]?.removable)
  if (fixed !== undefined)
    return { subsets: [], problem: `block ${fixed + 1} of the file's subsets cannot be removed` }
  return { subsets: entry.subsets.map((subset) => [...subset].sort((a, b) => a - b)), problem: null }
}
