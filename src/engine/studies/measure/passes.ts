import { canonicalJson } from '#shared/canonical.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { canonicalTransform } from '#shared/transform.ts'
import { sourceKey, type PlannedCondition } from '../../facts/index.ts'

/** Text that is equal for conditions that differ at most in how they read a model's outputs: one forward pass serves them. */
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
