import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { canonicalJson } from '#shared/canonical.ts'
import type { SalientMode } from '#shared/saliency.ts'
import { getModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { SalientParams } from './index.ts'

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

/**
 * Names what is in a folder of masks (names, sizes and modification times of its files), for the images of a dataset: a
 * mask is found by the place of its image there.
 */
export function stateOfMasks(folder: string, datasetId: number): string {
  const hash = createHash('sha256').update(`${datasetId}\n`)
  for (const path of filesBelow(folder)) {
    const { size, mtimeMs } = statSync(path)
    hash.update(`${relative(folder, path)}\0${size}\0${Math.round(mtimeMs)}\n`)
  }
  return hash.digest('hex')
}

/** Files in a folder and those in it, in order of their names; none where there is no folder. */
function* filesBelow(folder: string): Generator<string> {
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    // That no mask is found is told when the masks are made.
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}
