import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import { getModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { SalientParams } from './index.ts'

/** Where a draws file keeps the masks of each mode: as this repeat. */
export const repeatOf = { salient: 0, 'non-salient': 1 } as const

/**
 * Names the masks of a saliency source: equal sources give equal masks for every image, so this stands where the digest
 * of an imported draws file would stand in a condition.
 */
export function sourceDigest(db: Db, chosen: SalientParams, size: readonly [number, number]): string {
  const { source, layer, head, masks, patch } = chosen
  const model = chosen.model === null || source === 'masks' ? null : getModel(db, chosen.model)
  const key = {
    source,
    patch,
    size,
    ...(source === 'attention' ? { layer, head } : {}),
    ...(source === 'masks' ? { masks } : {}),
    ...(model ? { model: model.digest, preprocessing: model.preprocessing } : {}),
  }
  return createHash('sha256').update(canonicalJson(key)).digest('hex')
}
