import { canonicalTransform } from '#shared/transform.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import {
  currentVariants,
  evidencePages,
  type EvidenceRow,
  type FactRange,
  type ImageSource,
  keyOfVariant,
  settingOf,
  type VariantKey,
} from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** The facts of one model under one condition, sorted by image. */
export interface EvidenceBlock {
  modelDigest: string
  variant: VariantKey
  /** Canonical text of the transform. */
  condition: string
  /** Stable name of the condition inside the study. */
  key: string
  rows: EvidenceRow[]
}

/**
 * Yields all facts that a study's numbers rest on, block by block. The order depends only on the keys, so two
 * workspaces with the same facts give the same blocks.
 */
export async function* studyEvidence(
  db: Db,
  studyId: number,
): AsyncGenerator<EvidenceBlock, void, undefined> {
  const { models } = planStudy(db, studyId)
  for (const { model, conditions } of models) {
    const variants = currentVariants(db, model)
    const seen = new Set<string>()
    for (const stored of conditions) {
      const variant = variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))
      if (!variant) continue
      for (const part of stored.parts) {
        if (part.conditionId === null) continue
        const { from, to } = part
        const place = `${variant.id} ${part.conditionId} ${JSON.stringify([stored.source, { from, to }])}`
        if (seen.has(place)) continue
        seen.add(place)
        const rows = await rowsOf(db, stored.source, { variantId: variant.id, ...part })
        const key = keyOfVariant(db, variant.id)
        if (rows.length === 0 || key === null) continue
        yield {
          modelDigest: model.digest,
          variant: key,
          condition: canonicalTransform(part.transform),
          key: stored.condition.key,
          rows,
        }
      }
    }
  }
}

async function rowsOf(db: Db, source: ImageSource, range: FactRange): Promise<EvidenceRow[]> {
  const rows: EvidenceRow[] = []
  for (const page of evidencePages(db, source, range)) {
    for (const row of page) rows.push(row)
    await nextTurn()
  }
  const order = (row: EvidenceRow) => `${row.image} ${row.className}`
  return rows.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
