import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { canonicalJson } from '#shared/canonical.ts'
import type { SalientMode } from '#shared/saliency.ts'
import { modelFor } from '../../../datasets/index.ts'
import { getModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { SalientParams } from './params.ts'

/** The repeat number under which a draws file holds the masks of each mode. */
export const repeatOf = { salient: 0, 'non-salient': 1 } as const

/** The masks of a mode at a share of the saliency mass, and their level in a draws file. */
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
 * Names the masks of a saliency source. Equal sources give equal masks for every image, so conditions hold
 * this name in place of the digest of an imported draws file. Gradients of the true logit depend on the
 * labels, so these are part of it. The model has the preprocessing for the dataset.
 */
export function sourceDigest(
  db: Db,
  chosen: SalientParams,
  datasetId: number,
  size: readonly [number, number],
): string {
  const { source, layer, head, masks, masksState, patch } = chosen
  const model =
    chosen.model === null || source === 'masks' ? null : modelFor(db, datasetId, getModel(db, chosen.model))
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

/** Whether a mask depends on the class of its image. */
export const isByClass = ({ source }: SalientParams): boolean => source === 'gradient'

/** Files looked up at a time. */
const together = 64

/**
 * Names the content of a folder of masks by the names, sizes and modification times of its files, for the
 * images of a dataset: a mask is found by its image's path there. It yields to other work in between.
 *
 * @throws the signal's reason where it aborts
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

/** Yields the files in a folder and its subfolders in order of their names; none where there is no folder. */
async function* filesBelow(folder: string): AsyncGenerator<string[]> {
  // A missing folder is reported when the masks are made.
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
