import { canonicalJson } from '#shared/canonical.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { canonicalTransform } from '#shared/transform.ts'
import { sourceKey, type PlannedCondition } from '../../facts/index.ts'

/**
 * A key that is equal for conditions that share one forward pass: they differ at most in how they read the
 * outputs.
 */
export const passKey = ({
  condition: { preprocessing, rewrite = noRewrite },
  parts,
  source,
}: PlannedCondition) =>
  [
    sourceKey(source),
    parts.map(({ conditionId, transform }) => conditionId ?? canonicalTransform(transform)).join(' '),
    canonicalJson(rewrite),
    preprocessing ? canonicalJson(preprocessing) : '',
  ].join('|')
