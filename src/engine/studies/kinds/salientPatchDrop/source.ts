import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import type { SalientMode } from '#shared/saliency.ts'
import { folderState } from '../../../base/folderState.ts'
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

/**
 * Names the content of a folder of masks for the images of a dataset: a mask is found by its image's path there. A missing
 * folder is reported when the masks are made.
 *
 * @throws the signal's reason where it aborts
 */
export const stateOfMasks = (folder: string, datasetId: number, signal?: AbortSignal): Promise<string> =>
  folderState(folder, String(datasetId), { signal })
