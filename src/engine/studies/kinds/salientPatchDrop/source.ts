import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { canonicalJson } from '#shared/canonical.ts'
import type { SalientMode } from '#shared/saliency.ts'
import { getModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { SalientParams } from './params.ts'

/** Where a draws file keeps the masks of each mode: as this repeat. */
export const repeatOf = { salient: 0, 'non-salient': 1 } as const

/** Masks of a mode at a share of the mass that is lost, and their level in a draws file. */
export interface MaskLevel {
  level: string
  percent: number
  mode: SalientMode
}

export const levelsOf = ({ modes, percents }: SalientParams): MaskLevel[] =>
  modes.flatMap((mode) =>
    percents
      .filter((percent) => percent > 0)
      .map((percent) => ({ level: `${percent}/${repeatOf[mode]}`, percent, mode })),
  )

/**
 * Names the masks of a saliency source: equal sources give equal masks for every image, so this stands where the digest
 * of an imported draws file would stand in a condition. Gradients of the true logit depend on what the classes are.
 */
export function sourceDigest(db: Db, chosen: SalientParams, size: readonly [number, number]): string {
  const { source, layer, head, masks, masksState, patch } = chosen
  const model = chosen.model === null || source === 'masks' ? null : getModel(db, chosen.model)
  const key = {
    source,
    patch,
    size,
    ...(source === 'attention' ? { layer, head } : {}),
    ...(source === 'masks' ? { masks, ...(masksState === null ? {} : { masksState }) } : {}),
    ...(model ? { model: model.digest, preprocessing: model.preprocessing } : {}),
    ...(model && source === 'gradient' ? { labels: model.labels } : {}),
  }
  return createHash('sha256').update(canonicalJson(key)).digest('hex')
}

/** Whether a mask depends on the class its image is taken to be of. */
export const isByClass = ({ source }: SalientParams): boolean => source === 'gradient'

/** Files looked up at a time. */
const together = 64

/**
 * Names what is in a folder of masks (names, sizes and modification times of its files), for the images of a dataset: a
 * mask is found by the place of its image there. Other work of the thread has its turn however many files there are.
 * Throws the signal's reason.
 */
export async function stateOfMasks(folder: string, datasetId: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256').update(`${datasetId}\n`)
  for await (const paths of filesBelow(folder)) {
    for (let at = 0; at < paths.length; at += together) {
      signal?.throwIfAborted()
      const lines = await Promise.all(paths.slice(at, at + together).map((path) => lineOf(folder, path)))
      hash.update(lines.join(''))
    }
  }
  return hash.digest('hex')
}

async function lineOf(folder: string, path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  return `${relative(folder, path)}\0${size}\0${Math.round(mtimeMs)}\n`
}

/** Files in a folder and those in it, in order of their names, some at a time; none where there is no folder. */
async function* filesBelow(folder: string): AsyncGenerator<string[]> {
  // That no mask is found is told when the masks are made.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  let files: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isFile()) files.push(path)
    if (!entry.isDirectory()) continue
    yield files
    files = []
    yield* filesBelow(path)
  }
  yield files
}
