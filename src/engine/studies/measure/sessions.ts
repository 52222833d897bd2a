import { KernelscopeError } from '#shared/errors.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { pixelType } from '#shared/transforms/index.ts'
import type { StoredCondition } from '../../facts/index.ts'
import { unchangedGraph, type GraphPlan } from '../../models/index.ts'
import type { PlanSessions, SessionContext, SessionPlan } from '../definition/index.ts'

/** The model's own graph with float32 input, for images that 8 bit cannot represent. */
export const onFloats: GraphPlan = { name: 'floats', floats: true }

const isFloat = ({ parts }: StoredCondition): boolean =>
  parts.some(({ transform }) => transform.op !== 'attack' && pixelType(transform) === 'float32')

const changesGraph = ({ condition: { rewrite = noRewrite } }: StoredCondition): boolean =>
  rewrite.op !== 'none'

/**
 * Groups conditions into as few sessions as pay off. Sessions of the model's own graph come first: their time
 * is then known when `planChanged` plans the sessions for conditions that change the graph.
 *
 * @throws UNSUPPORTED where a condition changes the graph and `planChanged` is undefined
 */
export async function* sessionsFor(
  conditions: StoredCondition[],
  context: SessionContext,
  planChanged: PlanSessions | undefined,
): AsyncGenerator<SessionPlan, void, undefined> {
  const own = conditions.filter((condition) => !changesGraph(condition))
  const [plain, floats] = [own.filter((one) => !isFloat(one)), own.filter(isFloat)]
  if (plain.length > 0) yield { graph: unchangedGraph, conditions: plain, note: '', feedsOf: null }
  if (floats.length > 0) yield { graph: onFloats, conditions: floats, note: 'float images', feedsOf: null }
  const changed = conditions.filter(changesGraph)
  if (changed.length === 0 || context.run?.job.signal.aborted) return
  if (!planChanged) throw new KernelscopeError('UNSUPPORTED', 'this study has no sessions for changed models')
  yield* await planChanged(changed, context)
}
