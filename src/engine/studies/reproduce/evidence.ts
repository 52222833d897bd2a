import { canonicalTransform } from '#shared/transform.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import {
  currentVariants,
  evidencePages,
  failedExamples,
  type EvidenceRow,
  type FailedExample,
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
  /** `partKey` of the planned part. */
  part: string
  rows: EvidenceRow[]
}

/** Names a part of a condition of a model, by its place in the study: the same in every workspace that has the study. */
const partKey = (model: number, key: string, part: number): string => JSON.stringify([model, key, part])

/** The canonical transforms of a planned study by `partKey`, whether anything was measured under them or not. */
export function plannedTransforms(db: Db, studyId: number): Map<string, string> {
  const found = new Map<string, string>()
  for (const [place, { conditions }] of planStudy(db, studyId).models.entries())
    for (const { condition, parts } of conditions)
      for (const [at, { transform }] of parts.entries())
        found.set(partKey(place, condition.key, at), canonicalTransform(transform))
  return found
}

/** Examples of one model under one condition that could not be measured, sorted by image. */
export interface FailureBlock extends Omit<EvidenceBlock, 'rows'> {
  rows: FailedExample[]
}

interface Cell {
  block: Omit<EvidenceBlock, 'rows'>
  source: ImageSource
  range: FactRange
}

/** Yields the cells of a study that were measured, each once. Their order depends on the keys alone. */
function* cellsOf(db: Db, studyId: number): Generator<Cell> {
  for (const [place, { model, conditions }] of planStudy(db, studyId).models.entries()) {
    const variants = currentVariants(db, model)
    const seen = new Set<string>()
    for (const stored of conditions) {
      const variant = variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))
      const key = variant ? keyOfVariant(db, variant.id) : null
      if (!variant || key === null) continue
      for (const [at, part] of stored.parts.entries()) {
        if (part.conditionId === null) continue
        const { from, to } = part
        const cell = `${variant.id} ${part.conditionId} ${JSON.stringify([stored.source, { from, to }])}`
        if (seen.has(cell)) continue
        seen.add(cell)
        yield {
          block: {
            modelDigest: model.digest,
            variant: key,
            condition: canonicalTransform(part.transform),
            key: stored.condition.key,
            part: partKey(place, stored.condition.key, at),
          },
          source: stored.source,
          range: { variantId: variant.id, ...part },
        }
      }
    }
  }
}

/**
 * Yields all facts that a study's numbers rest on, block by block. The order depends only on the keys, so two
 * workspaces with the same facts give the same blocks.
 */
export async function* studyEvidence(
  db: Db,
  studyId: number,
): AsyncGenerator<EvidenceBlock, void, undefined> {
  for (const { block, source, range } of cellsOf(db, studyId)) {
    const rows: EvidenceRow[] = []
    for (const page of evidencePages(db, source, range)) {
      for (const row of page) rows.push(row)
      await nextTurn()
    }
    if (rows.length > 0) yield { ...block, rows: sorted(rows) }
  }
}

/** Yields why examples have no fact under the conditions of a study, in the order of `studyEvidence`. */
export function* studyFailures(db: Db, studyId: number): Generator<FailureBlock> {
  for (const { block, source, range } of cellsOf(db, studyId)) {
    const rows = failedExamples(db, source, range)
    if (rows.length > 0) yield { ...block, rows: sorted(rows) }
  }
}

function sorted<Row extends { image: string; className: string }>(rows: Row[]): Row[] {
  const order = (row: Row) => `${row.image} ${row.className}`
  return rows.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
