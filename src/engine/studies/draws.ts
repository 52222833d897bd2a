import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import {
  drawsEntry,
  parseDraws,
  patchMask,
  serialiseDraws,
  toBitset,
  type Draws,
  type Transform,
} from '#shared/transforms/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { partFor, type StoredCondition } from './conditions.ts'
import { imageChunks } from './images.ts'
import { isSubsetFile, parseSubsets, storeSubsets } from './lesion/file.ts'
import { planStudy, type PlannedModel } from './plan.ts'

const fileOf = ({ draws }: Workspace, digest: string) => join(draws, `${digest}.json`)

/** Copies a file of masks or of subsets into the workspace under its digest, after reading it whole. */
export async function importDraws(workspace: Workspace, path: string): Promise<{ digest: string }> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new KernelscopeError('FILE_MISSING', `cannot read the draws: ${path}`, { cause })
  }
  const value = jsonOf(text)
  if (isSubsetFile(value)) {
    parseSubsets(value)
    return { digest: storeSubsets(workspace.db, text) }
  }
  parseDraws(text)
  const digest = createHash('sha256').update(text).digest('hex')
  const target = fileOf(workspace, digest)
  if (!existsSync(target)) await replaceFile(target, text)
  return { digest }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KernelscopeError('DRAWS_MALFORMED', 'invalid draws file: not JSON', { cause })
  }
}

/** The masks that conditions show; null where none are kept. Conditions of one study name one file. */
export async function drawsOfConditions(
  workspace: Workspace,
  conditions: readonly StoredCondition[],
): Promise<Draws | null> {
  for (const { parts } of conditions)
    for (const { transform } of parts)
      if (transform.op === 'patchDrop' && transform.draws !== null)
        return readDraws(workspace, transform.draws)
  return null
}

/** The draws file a transform names, if it names one. */
export const drawsOfTransform = async (
  workspace: Workspace,
  transform: Transform,
): Promise<Draws | undefined> =>
  (await readDraws(workspace, transform.op === 'patchDrop' ? transform.draws : null)) ?? undefined

/** The masks kept under a name of 64 hex digits; null without any. */
export async function readDrawsFile(workspace: Workspace, digest: string): Promise<Draws | null> {
  const file = fileOf(workspace, digest)
  return existsSync(file) ? parseDraws(await readFile(file, 'utf8')) : null
}

export async function writeDrawsFile(workspace: Workspace, digest: string, draws: Draws): Promise<void> {
  await replaceFile(fileOf(workspace, digest), serialiseDraws(draws))
}

async function replaceFile(target: string, text: string): Promise<void> {
  await writeFile(`${target}.part`, text)
  await rename(`${target}.part`, target)
}

async function readDraws(workspace: Workspace, digest: unknown): Promise<Draws | null> {
  if (typeof digest !== 'string') return null
  const file = /^[0-9a-f]{64}$/.test(digest) ? fileOf(workspace, digest) : null
  if (file === null || !existsSync(file)) {
    throw new KernelscopeError('DRAWS_MALFORMED', `no draws ${digest} in the workspace`, {
      hint: 'Import the draws file first.',
    })
  }
  return parseDraws(await readFile(file, 'utf8'))
}

/** All masks (of a lesion study: subsets) of a study as one file; throws UNSUPPORTED for a study that draws none. */
export async function exportDraws(workspace: Workspace, studyId: number): Promise<string> {
  const { db } = workspace
  const { study, definition, source, models } = planStudy(db, studyId, false)
  const own = definition.exportDraws?.(
    study.params,
    models.map(({ model }) => model),
    db,
  )
  if (own !== undefined) return own
  const conditions = models[0]?.conditions ?? []
  const [height, width] = sizeOf(models)
  const replayed = new Map<string, Draws | undefined>()
  const entries: Draws['entries'] = {}
  let patch: number | null = null
  for (const chunk of imageChunks(db, source, 1000)) {
    for (const image of chunk) {
      for (const stored of conditions) {
        const { transform } = partFor(stored, image.id)
        if (transform.op !== 'patchDrop') continue
        patch = transform.patch
        const name = transform.draws ?? ''
        if (!replayed.has(name)) replayed.set(name, await drawsOfTransform(workspace, transform))
        const { level, subject } = drawsEntry(transform, image.digest)
        const masks = (entries[level] ??= {})
        masks[subject] ??= toBitset(patchMask(transform, image.digest, height, width, replayed.get(name)))
      }
    }
    await new Promise(setImmediate)
  }
  if (patch === null)
    throw new KernelscopeError('UNSUPPORTED', `the study draws nothing at random: ${study.title}`)
  return serialiseDraws({ format: 'kernelscope-draws', version: 1, patch, height, width, entries })
}

function sizeOf(models: PlannedModel[]): [number, number] {
  const sizes = models.map(({ model }) => model.preprocessing.size)
  const [first] = sizes
  if (!first || sizes.some(([height, width]) => height !== first[0] || width !== first[1])) {
    throw new KernelscopeError(
      'UNSUPPORTED',
      'the models of the study take images of different sizes, so their masks differ',
    )
  }
  return first
}
