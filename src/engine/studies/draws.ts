import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { KernelscopeError } from '#shared/errors.ts'
import {
  drawsEntry,
  parseDraws,
  patchMask,
  serialiseDraws,
  toBitset,
  type Draws,
  type SizedMasks,
  type Transform,
} from '#shared/transforms/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { partFor, type StoredCondition } from './conditions.ts'
import { imageChunks, type ImageSource } from './images.ts'
import { isSubsetFile, parseSubsets, storeSubsets } from './lesion/file.ts'
import { openMaskFile, readMaskFile, type Masked, type MaskFile, type MaskFrame } from './maskFile.ts'
import { planStudy, type PlannedModel } from './plan.ts'

const fileOf = ({ draws }: Workspace, digest: string) => join(draws, `${digest}.json`)
/** Where masks lie that were made here, in place of a file that was imported. */
export const madeFileOf = ({ draws }: Workspace, digest: string) => join(draws, `${digest}.sqlite`)

/** Masks that conditions show, image by image. */
export interface DrawsReader {
  /** A draws file that has what there is of this image. */
  of(image: Masked): Draws
  close(): void
}

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
): Promise<DrawsReader | null> {
  for (const { parts } of conditions)
    for (const { transform } of parts)
      if (transform.op === 'patchDrop' && transform.draws !== null)
        return openDraws(workspace, transform.draws)
  return null
}

/** What the draws file a transform names has of an image; undefined where it names none. */
export async function drawsOfTransform(
  workspace: Workspace,
  transform: Transform,
  image: Masked,
): Promise<Draws | undefined> {
  if (transform.op !== 'patchDrop' || transform.draws === null) return undefined
  const reader = await openDraws(workspace, transform.draws)
  try {
    return reader.of(image)
  } finally {
    reader.close()
  }
}

/** Opens the masks made here that are kept under a name of 64 hex digits, new where there are none. */
export async function openMasks(workspace: Workspace, name: string, frame: MaskFrame): Promise<MaskFile> {
  const path = madeFileOf(workspace, name)
  const before = fileOf(workspace, name)
  const draws = !existsSync(path) && existsSync(before) ? parseDraws(await readFile(before, 'utf8')) : null
  return openMaskFile(path, frame, draws)
}

async function replaceFile(target: string, text: string): Promise<void> {
  await writeFile(`${target}.part`, text)
  await rename(`${target}.part`, target)
}

async function openDraws(workspace: Workspace, digest: string): Promise<DrawsReader> {
  const isName = /^[0-9a-f]{64}$/.test(digest)
  const made = isName ? readMaskFile(madeFileOf(workspace, digest)) : null
  if (made) return made
  const file = isName ? fileOf(workspace, digest) : null
  if (file === null || !existsSync(file)) {
    throw new KernelscopeError('DRAWS_MALFORMED', `no draws ${digest} in the workspace`, {
      hint: 'Import the draws file first.',
    })
  }
  const draws = parseDraws(await readFile(file, 'utf8'))
  return { of: () => draws, close: () => undefined }
}

/**
 * All masks (of a lesion study: subsets) of a study as one file, for every input size of its models; throws UNSUPPORTED
 * for a study that draws none.
 */
export async function exportDraws(workspace: Workspace, studyId: number): Promise<string> {
  const { db } = workspace
  const { study, definition, source, models } = planStudy(db, studyId, false)
  const own = definition.exportDraws?.(
    study.params,
    models.map(({ model }) => model),
    db,
  )
  if (own !== undefined) return own
  const dropping = models
    .flatMap(({ conditions }) => conditions)
    .flatMap(({ parts }) => parts)
    .find(({ transform }) => transform.op === 'patchDrop')?.transform
  if (dropping?.op !== 'patchDrop')
    throw new KernelscopeError('UNSUPPORTED', `the study draws nothing at random: ${study.title}`)
  const sizes = [...Map.groupBy(models, ({ model }) => model.preprocessing.size.join('x')).values()]
  const masks: SizedMasks[] = []
  for (const [planned] of sizes) if (planned) masks.push(await masksFor(workspace, planned, source))
  const [first, ...others] = masks
  if (!first) throw new KernelscopeError('UNSUPPORTED', `the study has no models: ${study.title}`)
  return serialiseDraws({
    format: 'kernelscope-draws',
    version: 1,
    patch: dropping.patch,
    ...first,
    ...(others.length > 0 ? { others } : {}),
  })
}

/** The masks that the conditions of a model show, at its input size. */
async function masksFor(
  workspace: Workspace,
  { model, conditions }: PlannedModel,
  source: ImageSource,
): Promise<SizedMasks> {
  const [height, width] = model.preprocessing.size
  const readers = new Map<string, DrawsReader>()
  const entries: SizedMasks['entries'] = {}
  try {
    for (const chunk of imageChunks(workspace.db, source, 1000)) {
      for (const image of chunk) {
        const replayed = new Map<string, Draws>()
        for (const stored of conditions) {
          const { transform } = partFor(stored, image.id)
          if (transform.op !== 'patchDrop') continue
          const name = transform.draws
          if (name !== null && !replayed.has(name)) {
            const reader = readers.get(name) ?? (await openDraws(workspace, name))
            readers.set(name, reader)
            replayed.set(name, reader.of(image))
          }
          const draws = name === null ? undefined : replayed.get(name)
          const { level, subject } = drawsEntry(transform, image.digest)
          const own = (entries[level] ??= {})
          own[subject] ??= toBitset(patchMask(transform, image.digest, height, width, draws))
        }
      }
      await nextTurn()
    }
  } finally {
    for (const reader of readers.values()) reader.close()
  }
  return { height, width, entries }
}
