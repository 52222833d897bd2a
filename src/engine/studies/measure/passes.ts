import { canonicalJson } from '#shared/canonical.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { sourceKey, type StoredCondition } from '../../facts/index.ts'

/** Text that is equal for conditions that differ at most in how they read a model's outputs: one forward pass serves them. */
export const passKey = ({
  condition: { preprocessing, rewrite = noRewrite },
  parts,
  source,
}: StoredCondition) =>
  [
    sourceKey(source),
    parts.map(({ conditionId }) => conditionId).join(' '),
    canonicalJson(rewrite),
    preprocessing ? canonicalJson(preprocessing) : '',
  ].join('|')
