import { createHash } from 'node:crypto'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'

const fileOf = <Version extends number>(version: Version, first: number) =>
  z.object({
    format: z.literal('kernelscope-subsets'),
    version: z.literal(version),
    models: z
      .array(
        z.object({
          title: z.string().meta({ description: 'Of the model; for people' }),
          digest: z.string().meta({ description: 'sha256 of the model file, hexadecimal' }),
          blocks: z.int().positive().meta({ description: 'Number of residual blocks of the model' }),
          subsets: z
            .array(z.array(z.int().min(first)).min(1))
            .meta({ description: `Blocks to remove together, by depth, counted from ${first}` }),
        }),
      )
      .min(1),
  })

/**
 * A file with the subsets of blocks of a lesion study, which another study can replay. Blocks count in order of depth,
 * removable or not: from 1, and from 0 in files of version 1. A model uses the entry with its digest, else one with as
 * many blocks.
 */
export const subsetFile = z.discriminatedUnion('version', [fileOf(2, 1), fileOf(1, 0)])

/** The models of a subsets file, with blocks counted from 0 as in `Inspection.blocks`. */
export type SubsetModels = z.infer<typeof subsetFile>['models']

export const isSubsetFile = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'format' in value && value.format === 'kernelscope-subsets'

/**
 * Parses a subsets file. Gives its models with blocks counted from 0.
 *
 * @throws DRAWS_MALFORMED where it is invalid; the message names the place
 */
export function parseSubsets(value: unknown): SubsetModels {
  const parsed = subsetFile.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw malformed(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`)
  }
  const { version, models } = parsed.data
  const first = version === 1 ? 0 : 1
  for (const [place, { title, blocks, subsets }] of models.entries())
    for (const [at, subset] of subsets.entries()) {
      const where = `models.${place}.subsets.${at}`
      const beyond = subset.find((block) => block - first >= blocks)
      if (beyond !== undefined)
        throw malformed(
          `${where}: there is no block ${beyond}, ${title} has ${blocks}, counted from ${first}`,
        )
      if (new Set(subset).size < subset.length)
        throw malformed(`${where}: a block twice: ${subset.join(' ')}`)
    }
  return models.map(({ subsets, ...model }) => ({
    ...model,
    subsets: subsets.map((subset) => subset.map((block) => block - first)),
  }))
}

const malformed = (what: string) => new KernelscopeError('DRAWS_MALFORMED', `invalid subsets file: ${what}`)

/** Writes one subset per line, so that two files can be compared by eye. Blocks are counted from 1 in the text. */
export function serialiseSubsets(models: SubsetModels): string {
  const entries = models.map(({ title, digest, blocks, subsets }) => {
    const head = [
      `"title": ${JSON.stringify(title)}`,
      `"digest": ${JSON.stringify(digest)}`,
      `"blocks": ${blocks}`,
    ]
    const lines = subsets
      .map((subset) => `        [${subset.map((index) => index + 1).join(', ')}]`)
      .join(',\n')
    return `    {\n${head.map((line) => `      ${line},\n`).join('')}      "subsets": [\n${lines}\n      ]\n    }`
  })
  return `{\n  "format": "kernelscope-subsets",\n  "version": 2,\n  "models": [\n${entries.join(',\n')}\n  ]\n}\n`
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
export function readSubsets(db: Db, digest: string): SubsetModels {
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
  models: SubsetModels,
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
