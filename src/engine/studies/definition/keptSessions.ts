import { canonicalJson } from '#shared/canonical.ts'
import type { Classifier, GraphPlan, StoredModel } from '../../models/index.ts'

/** Sessions that are kept open between two stretches of a run, and bytes of their model files, at most. */
const mostSessions = 6
const mostBytes = 2 ** 30

/** Sessions of a run that stay open from one stretch of the order of images to the next. */
export interface KeptSessions {
  /** Whether a session that was used is used again. */
  again: boolean
  /** Takes the session of a model's graph, or opens it. */
  take(model: StoredModel, graph: GraphPlan, open: () => Promise<Classifier>): Promise<Classifier>
  /** Gives a session back: it stays open where it is used again and there is room. */
  give(model: StoredModel, graph: GraphPlan, classifier: Classifier): Promise<void>
  close(): Promise<void>
}

export function keptSessions(): KeptSessions {
  const kept = new Map<string, { classifier: Classifier; bytes: number }>()
  const keyOf = ({ id }: StoredModel, { name, floats = false, change }: GraphPlan) =>
    canonicalJson({ id, name, floats, change: change ?? null })
  return {
    again: false,
    async take(model, graph, open) {
      const key = keyOf(model, graph)
      const own = kept.get(key)
      kept.delete(key)
      return own?.classifier ?? open()
    },
    async give(model, graph, classifier) {
      const bytes = [...kept.values()].reduce((sum, own) => sum + own.bytes, model.bytes)
      if (this.again && kept.size < mostSessions && bytes <= mostBytes)
        kept.set(keyOf(model, graph), { classifier, bytes: model.bytes })
      else await classifier.close()
    },
    async close() {
      const all = [...kept.values()]
      kept.clear()
      for (const { classifier } of all) await classifier.close()
    },
  }
}
