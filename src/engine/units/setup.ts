import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/canonical.ts'
import type { PlannedCondition } from '../facts/index.ts'
import type { StoredModel } from '../models/index.ts'

/** What a model of a study is measured under, as its plan has it. */
interface SetUp {
  model: StoredModel
  conditions: readonly PlannedCondition[]
}

/**
 * A digest of what decides the keys of a model's facts: preprocessing, labels, and of each condition the transforms, the change of
 * the model and the readout. sha256, hex. It says whether a machine understands a plan as the one that wrote it.
 */
export function setupDigest({ model: { preprocessing, labels }, conditions }: SetUp): string {
  const hash = createHash('sha256').update(canonicalJson({ preprocessing, labels }))
  for (const { condition, parts } of conditions) {
    const { key, rewrite, preprocessing: own, readout } = condition
    hash.update(canonicalJson({ key, rewrite, own, readout, groups: parts.length }))
    hash.update(canonicalJson(parts[0]?.transform ?? null))
  }
  return hash.digest('hex')
}
