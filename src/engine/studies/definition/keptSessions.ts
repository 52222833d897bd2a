import { canonicalJson } from '#shared/canonical.ts'
import { closeAll, type AttackSession } from '../../inference/index.ts'
import type { Classifier, GraphPlan, OpenLanes, StoredModel } from '../../models/index.ts'

/** Sessions that are kept open between two stretches of a run, and bytes of their model files, at most. */
const mostSessions = 6
const mostBytes = 2 ** 30

/** Sessions of the graphs of an attack that compute at once. */
export type OpenAttack = OpenLanes<AttackSession>

/** Whether so many sessions, with model files of so many bytes in all, can be kept. */
export const fitsKept = (sessions: number, bytes: number): boolean =>
  sessions <= mostSessions && bytes <= mostBytes

/** Sessions of a run that stay open from one stretch of the order of images to the next. */
export interface KeptSessions {
  /** Whether a session that was used is used again. */
  again: boolean
  /** Takes the session of a model's graph, or opens it. */
  take(model: StoredModel, graph: GraphPlan, open: () => Promise<Classifier>): Promise<Classifier>
  /** Gives a session back: it stays open where it is used again and there is room. */
  give(model: StoredModel, graph: GraphPlan, classifier: Classifier): Promise<void>
  /** Takes the sessions that attack a model, or opens them. */
  takeAttack(model: StoredModel, open: () => Promise<OpenAttack>): Promise<OpenAttack>
  /** Gives them back, as `give`. They are closed where the worker of one has died. */
  giveAttack(model: StoredModel, attack: OpenAttack): Promise<void>
  close(): Promise<void>
}

export function keptSessions(): KeptSessions {
  const classifiers = shelf<Classifier>((classifier) => classifier.close())
  const attacks = shelf<OpenAttack>(({ sessions }) => closeAll(sessions))
  const isRoom = (bytes: number) =>
    fitsKept(
      classifiers.held().count + attacks.held().count + 1,
      classifiers.held().bytes + attacks.held().bytes + bytes,
    )
  const keyOf = ({ id }: StoredModel, { name, floats = false, change }: GraphPlan) =>
    canonicalJson({ id, name, floats, change: change ?? null })
  return {
    again: false,
    take: (model, graph, open) => classifiers.take(keyOf(model, graph), open),
    give(model, graph, classifier) {
      const bytes = model.bytes * classifier.lanes.length
      return classifiers.give(keyOf(model, graph), classifier, bytes, this.again && isRoom(bytes))
    },
    takeAttack: ({ id }, open) => attacks.take(String(id), open),
    giveAttack({ id, bytes }, attack) {
      // Two graphs in each, forward and backward, both with the weights.
      const all = 2 * bytes * attack.sessions.length
      const ended = attack.sessions.some((session) => session.ended)
      return attacks.give(String(id), attack, all, this.again && !ended && isRoom(all))
    },
    async close() {
      await classifiers.close()
      await attacks.close()
    },
  }
}

/** Sessions of one kind that wait for their next use. */
function shelf<T>(end: (own: T) => Promise<void>) {
  const kept = new Map<string, { own: T; bytes: number }>()
  return {
    held: () => ({ count: kept.size, bytes: [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0) }),
    async take(key: string, open: () => Promise<T>): Promise<T> {
      const found = kept.get(key)
      kept.delete(key)
      return found ? found.own : open()
    },
    async give(key: string, own: T, bytes: number, keeps: boolean): Promise<void> {
      if (keeps && !kept.has(key)) kept.set(key, { own, bytes })
      else await end(own)
    },
    async close(): Promise<void> {
      const all = [...kept.values()]
      kept.clear()
      for (const { own } of all) await end(own)
    },
  }
}
