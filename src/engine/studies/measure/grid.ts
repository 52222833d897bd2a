import { countImages, setVariantBatch } from '../../facts/index.ts'
import { splitText } from '../../inference/index.ts'
import { unchangedGraph, openClassifier, setSessionTime } from '../../models/index.ts'
import type { MeasureContext, PlanSessions, SessionPlan } from '../definition/index.ts'
import { drawsOfConditions } from '../masks/draws.ts'
import { crashesHere } from './calls.ts'
import { measure } from './measure.ts'
import { pace } from './pace.ts'
import { sessionsFor } from './sessions.ts'
import { unmeasured } from './unmeasured.ts'

/**
 * Measures the predictions of one model under its conditions in as few sessions as pay off. Computes only
 * missing facts. `planChanged` plans the sessions with a changed graph.
 */
export async function measureGrid(context: MeasureContext, planChanged?: PlanSessions): Promise<void> {
  const { workspace, model, source, job } = context
  const left = withoutWhole(context)
  const images = countImages(workspace.db, source)
  for await (const plan of sessionsFor(left, { model, images, run: context }, planChanged)) {
    if (job.signal.aborted) return
    await measureSession(context, plan, plan.conditions.length * images)
  }
}

/** The conditions that lacked facts when the first part of the order was begun. Counts the facts of the others then. */
function withoutWhole({ workspace, model, settings, conditions, stretch, whole, progress }: MeasureContext) {
  if (stretch.from > 0) return conditions.filter((condition) => !whole.has(condition))
  const { left, stored } = unmeasured(workspace.db, model, settings, conditions)
  for (const condition of conditions) if (!left.includes(condition)) whole.add(condition)
  if (stored > 0) progress.add({ cached: stored })
  return left
}

async function measureSession(
  { workspace, pool, settings, log, model, order, stretch, sessions, job, progress }: MeasureContext,
  plan: SessionPlan,
  wanted: number,
): Promise<void> {
  const crashes = crashesHere({ job, progress })
  progress.note(`${model.title}: opening`)
  const draws = await drawsOfConditions(workspace, plan.conditions)
  // After a death of the engine one session computes, which takes least memory.
  const open = () => openClassifier(workspace, model, settings, log, plan.graph, crashes > 0 ? 0 : wanted)
  const classifier = await sessions.take(model, plan.graph, open).catch((error: unknown) => {
    draws?.close()
    throw error
  })
  const { lanes, threads } = classifier
  const split = lanes.length > 1 ? splitText({ sessions: lanes.length, threads }) : ''
  const note = [`${model.title} on ${classifier.provider.name}, batch ${classifier.batch}`, split, plan.note]
    .filter(Boolean)
    .join(', ')
  log.write('info', `${note}: ${classifier.provider.reason}`)
  progress.note(note)
  try {
    const own = pace(pool, { sessions: lanes.length, threads })
    const passes = await measure({
      db: workspace.db,
      pool,
      classifier,
      plan,
      draws,
      order,
      stretch,
      signal: job.signal,
      crashes,
      enterNative: job.enterNative,
      pace: own,
      onProgress: progress.add,
    })
    // The time with removed blocks or masked kernels is no estimate for the model's own graph.
    if (passes > 0 && plan.graph === unchangedGraph) {
      const { variant, batch, secondsToOpen } = classifier
      // Waiting for the engine or for other programs is no time that the next run will take.
      const secondsPerImage = own.seconds() / passes
      setVariantBatch(workspace.db, variant.id, batch, secondsPerImage)
      setSessionTime(workspace.db, variant.id, unchangedGraph.name, { secondsToOpen, secondsPerImage })
    }
  } finally {
    draws?.close()
    await sessions.give(model, plan.graph, classifier)
  }
}
