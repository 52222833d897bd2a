import { canonicalStimulus } from '#shared/stimulus.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { Db } from '../../workspace/index.ts'
import { planStudy } from '../store/plan.ts'
import {
  currentVariants,
  imagesOf,
  settingOf,
  type SqlValue,
  type StoredCondition,
  type VariantKey,
} from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** A stored prediction with all that its key stands for. */
export interface EvidenceRow {
  /** sha256 of the image file, hex, and its true class. */
  image: string
  className: string
  prediction: {
    predicted: number
    correct: number | null
    trueRank: number | null
    confidence: number
    trueProbability: number | null
    trueLogit: number | null
    /** As `facts.unpackTop` reads it. */
    top: Buffer
  }
}

/** What was stored for one model under one condition, sorted by image. */
export interface EvidenceBlock {
  modelDigest: string
  variant: VariantKey
  /** Canonical text of the stimulus. */
  condition: string
  /** Stable name of the condition inside the study. */
  key: string
  rows: EvidenceRow[]
}

interface Row {
  subject_id: number
  digest: Buffer
  class: string
  predicted: number
  correct: number | null
  true_rank: number | null
  confidence: number
  true_probability: number | null
  true_logit: number | null
  top: Buffer
}

const chunk = 4000

/**
 * Everything a study's numbers rest on, block by block: the facts of its models under its conditions on
 * its images. Sorted by what they are keyed by, so that two workspaces that measured the same give the same.
 */
export async function* studyEvidence(
  db: Db,
  studyId: number,
): AsyncGenerator<EvidenceBlock, void, undefined> {
  const { models } = planStudy(db, studyId, false)
  for (const { model, conditions } of models) {
    const variants = currentVariants(db, model)
    const seen = new Set<string>()
    for (const stored of conditions) {
      const variant = variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))
      if (!variant) continue
      for (const part of stored.parts) {
        const range = { from: part.from, to: part.to }
        const place = `${variant.id} ${part.conditionId} ${JSON.stringify([stored.source, range])}`
        if (seen.has(place)) continue
        seen.add(place)
        const rows = await rowsOf(db, stored, variant.id, part.conditionId, range)
        if (rows.length === 0) continue
        const key: VariantKey = JSON.parse(
          db.prepare<[number], string>('SELECT key FROM variant WHERE id = ?').pluck().get(variant.id) ??
            '{}',
        )
        yield {
          modelDigest: model.digest,
          variant: key,
          condition: canonicalStimulus(part.transform),
          key: stored.condition.key,
          rows,
        }
      }
    }
  }
}

async function rowsOf(
  db: Db,
  { source }: StoredCondition,
  variantId: number,
  conditionId: number,
  { from, to }: { from: number; to: number },
): Promise<EvidenceRow[]> {
  const { sql, values } = imagesOf(source)
  const joined = (table: string, columns: string) =>
    `SELECT DISTINCT i.subject_id, s.digest, s.class, ${columns}
     FROM ${sql.replace(' WHERE ', ` JOIN ${table} p ON p.variant_id = ? AND p.condition_id = ? AND p.subject_id = i.subject_id JOIN subject s ON s.id = i.subject_id WHERE `)}
     AND i.id BETWEEN ? AND ? AND i.subject_id > ? ORDER BY i.subject_id LIMIT ${chunk}`
  const predictions = db.prepare<SqlValue[], Row>(
    joined(
      'prediction',
      'p.predicted, p.correct, p.true_rank, p.confidence, p.true_probability, p.true_logit, p.top',
    ),
  )
  const rows: EvidenceRow[] = []
  for (let after = 0; ; await nextTurn()) {
    const found = predictions.all(variantId, conditionId, ...values, from, to, after)
    for (const row of found) {
      const prediction = {
        predicted: row.predicted,
        correct: row.correct,
        trueRank: row.true_rank,
        confidence: row.confidence,
        trueProbability: row.true_probability,
        trueLogit: row.true_logit,
        top: row.top,
      }
      rows.push({ image: row.digest.toString('hex'), className: row.class, prediction })
    }
    if (found.length < chunk) break
    after = found.at(-1)?.subject_id ?? after
  }
  const order = (row: EvidenceRow) => `${row.image} ${row.className}`
  return rows.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}
