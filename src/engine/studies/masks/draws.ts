import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { parseDraws, type Draws, type PixelTransform } from '#shared/transforms/index.ts'
import { writeWhole } from '../../base/wholeFile.ts'
import type { Workspace, WorkspaceFiles } from '../../workspace/index.ts'
import { openMaskFile, readMaskFile, type MaskedExample, type MaskFile, type MaskFrame } from './maskFile.ts'
import type { DrawsReader } from './reader.ts'
import { openReplay } from './replayFile.ts'
import type { StoredCondition } from '../../facts/index.ts'

const fileOf = ({ draws }: Pick<WorkspaceFiles, 'draws'>, digest: string) => join(draws, `${digest}.json`)
/** Path of the file with masks that were made here, in contrast to imported ones. */
export const madeFileOf = ({ draws }: Pick<WorkspaceFiles, 'draws'>, digest: string) =>
  join(draws, `${digest}.sqlite`)

/**
 * Stores the text of a masks file in the workspace and returns its digest (sha256, hex), which names it from
 * then on.
 *
 * @throws DRAWS_MALFORMED where the text is no masks file
 * @throws DISK_FULL where the disk is full
 */
export async function keepMasks(workspace: Workspace, text: string): Promise<string> {
  parseDraws(text)
  const digest = createHash('sha256').update(text).digest('hex')
  const target = fileOf(workspace, digest)
  if (!existsSync(target)) await writeWhole(target, text)
  return digest
}

/**
 * Opens the draws file of conditions; null where they name none. All conditions of a study name the same
 * file.
 *
 * @throws DRAWS_MALFORMED where the workspace has no such file or it is damaged
 */
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

/**
 * Reads an image's masks from the draws file that a transform names; undefined where it names none.
 *
 * @throws DRAWS_MALFORMED where the workspace has no such file or it is damaged
 */
export async function drawsOfTransform(
  workspace: Workspace,
  transform: PixelTransform,
  image: MaskedExample,
): Promise<Draws | undefined> {
  if (transform.op !== 'patchDrop' || transform.draws === null) return undefined
  const reader = await openDraws(workspace, transform.draws)
  try {
    return reader.of(image)
  } finally {
    reader.close()
  }
}

/** Opens the file of masks made here under a name of 64 hex digits, and creates it where there is none. */
export async function openMasks(workspace: Workspace, name: string, frame: MaskFrame): Promise<MaskFile> {
  const path = madeFileOf(workspace, name)
  const before = fileOf(workspace, name)
  const draws = !existsSync(path) && existsSync(before) ? parseDraws(await readFile(before, 'utf8')) : null
  return openMaskFile(path, frame, draws)
}

/**
 * Opens the draws that the workspace holds under a digest.
 *
 * @throws DRAWS_MALFORMED where there are none, or the file is damaged
 */
export async function openDraws(
  workspace: Pick<WorkspaceFiles, 'draws'>,
  digest: string,
): Promise<DrawsReader> {
  const isName = /^[0-9a-f]{64}$/.test(digest)
  const made = isName ? readMaskFile(madeFileOf(workspace, digest)) : null
  if (made) return made
  const replay = isName ? openReplay(workspace, digest) : null
  if (replay) return replay
  const file = isName ? fileOf(workspace, digest) : null
  if (file === null || !existsSync(file)) {
    throw new KernelscopeError('DRAWS_MALFORMED', `no draws ${digest} in the workspace`, {
      hint: 'Import the draws file first.',
    })
  }
  const draws = parseDraws(await readFile(file, 'utf8'))
  return { of: () => draws, close: () => undefined }
}
