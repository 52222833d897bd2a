import { allOutputs } from '#shared/readouts.ts'
import { noRewrite } from '#shared/rewrites.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { cleanCondition, currentVariants } from '../../../facts/index.ts'

/** A stored prediction, in words. */
export interface Answer {
  predicted: number
  label: string
  confidence: number
  correct: boolean | null
  trueProbability: number | null
}

interface Row {
  predicted: number
  confidence: number
  correct: number | null
  trueProbability: number | null
}

/** What a model was found to say of a subject as it is and under a condition; null where it was not measured. */
export function answersOf(db: Db, model: StoredModel, conditionId: number) {
  const variant = currentVariants(db, model)(noRewrite, { readout: allOutputs })?.id ?? -1
  const clean = cleanCondition(db)
  const select = db.prepare<[number, number, number], Row>(
    'SELECT predicted, confidence, correct, true_probability AS trueProbability FROM prediction WHERE variant_id = ? AND condition_id = ? AND subject_id = ?',
  )
  const read = (condition: number, subjectId: number): Answer | null => {
    const row = select.get(variant, condition, subjectId)
    if (!row) return null
    const label = model.labels[row.predicted] ?? `class ${row.predicted}`
    return { ...row, label, correct: row.correct === null ? null : row.correct === 1 }
  }
  return (subjectId: number) => ({ before: read(clean, subjectId), after: read(conditionId, subjectId) })
}
