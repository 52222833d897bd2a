import { noRewrite } from '#shared/rewrites.ts'
import type { StopReason, StopRule } from '#shared/contract/index.ts'
import { measuredCounter, currentVariants, settingOf, type PlannedCondition } from '../../facts/index.ts'
import { reasonToStop, sequencesOf, type ReadModel } from '../sequences/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { PlannedModel } from '../store/plan.ts'

/** Looking at the facts takes at most about one part in so many of the time. */
const looksRarely = 20

/** Watches a run and says when its rule lets it stop. */
export interface Stopping {
  /** Aborted when the run may stop. */
  signal: AbortSignal
  /** Why; null as long as it may not. */
  reason(): StopReason | null
  /** Looks at the facts soon, if that is worth it. */
  moved(): void
  /** Looks at the facts, if that is worth it, and waits for what comes of it. */
  look(): Promise<void>
  close(): void
}

/**
 * @param rule null where the run goes on to its end
 * @param seed of the order of images
 */
export function stopping(
  db: Db,
  rule: StopRule | undefined,
  models: readonly PlannedModel[],
  seed: number,
): Stopping {
  const stop = new AbortController()
  let reason: StopReason | null = null
  const end = (why: StopReason) => {
    reason ??= why
    stop.abort()
  }
  const timer =
    rule?.seconds === undefined ? undefined : setTimeout(() => end('seconds'), rule.seconds * 1000)
  const byFacts = rule?.within !== undefined || rule?.above !== undefined
  let looking: Promise<void> | null = null
  let problem: unknown = null
  let next = 0
  const look = async () => {
    const started = performance.now()
    const found = rule && (await reasonToStop(rule, readModels(db, models), sequencesOf(db, seed)))
    if (found) end(found)
    const now = performance.now()
    next = now + looksRarely * (now - started)
  }
  return {
    signal: stop.signal,
    reason: () => reason,
    moved() {
      if (!byFacts || looking || stop.signal.aborted || performance.now() < next) return
      looking = look()
        .catch((error: unknown) => void (problem ??= error))
        .finally(() => (looking = null))
    },
    async look() {
      await looking
      if (problem) throw problem
      if (byFacts && !stop.signal.aborted && performance.now() >= next) await look()
    },
    close: () => clearTimeout(timer),
  }
}

/** The models of a plan with the variants that have their facts by now. */
function readModels(db: Db, models: readonly PlannedModel[]): ReadModel[] {
  return models.map(({ model, conditions }) => {
    const find = currentVariants(db, model)
    return {
      id: model.id,
      conditions,
      variantOf: (stored: PlannedCondition) =>
        find(stored.condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null,
    }
  })
}

/** Images that each condition of the models has facts of, at least. */
export function leastMeasured(db: Db, models: readonly PlannedModel[]): number {
  const count = measuredCounter(db)
  let least = Infinity
  for (const { conditions, variantOf } of readModels(db, models))
    for (const stored of conditions) {
      const variantId = variantOf(stored)
      least = Math.min(least, variantId === null ? 0 : count(variantId, stored))
    }
  return Number.isFinite(least) ? least : 0
}
