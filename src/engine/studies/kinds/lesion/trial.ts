import { openClassifier, setSessionTime, type Classifier, type GraphPlan } from '../../../models/index.ts'
import { estimatedTimes, gatedPlan, halfPlan, lesionTimes, type LesionTimes } from './cost.ts'
import { gatedGraph, halfCutGraph } from './graphs.ts'
import { currentVariant } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** With fewer forward passes a trial costs more than it can save. */
const worthATrial = 500

/**
 * Times of the gated graph and of the graph with half of the blocks cut out: from an earlier trial; from a
 * trial now; or, for little work, estimated from the unchanged model. null where they are not known, or the
 * job was stopped.
 */
export async function timesForLesion(context: MeasureContext, passes: number): Promise<LesionTimes | null> {
  const { db } = context.workspace
  const variant = currentVariant(db, context.model)
  const known = variant && lesionTimes(db, variant.id)
  if (known) return known
  if (passes < worthATrial) return variant && estimatedTimes(db, variant.id, context.model)
  context.progress.note(`${context.model.title}: timing gates against cutting blocks out`)
  const variantId = await timed(context, gatedPlan, gatedGraph(context.model))
  if (context.job.signal.aborted) return null
  await timed(context, halfPlan, halfCutGraph(context.model))
  return lesionTimes(db, variantId)
}

async function timed(context: MeasureContext, name: string, plan: GraphPlan): Promise<number> {
  const { workspace, model, settings, log, job } = context
  const classifier = await openClassifier(workspace, model, settings, log, plan)
  try {
    job.enterNative()
    const secondsPerImage = await secondsOf(classifier, plan)
    const { secondsToOpen, variant } = classifier
    setSessionTime(workspace.db, variant.id, name, { secondsToOpen, secondsPerImage })
    return variant.id
  } finally {
    await classifier.close()
  }
}

/** A trial ends after this time. */
const longMs = 2000

/** Seconds per image: the fastest of at most four calls, after one warm-up call. */
async function secondsOf(classifier: Classifier, { trialFeeds }: GraphPlan): Promise<number> {
  const { batch, height, width } = classifier
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const call = async () =>
    (await classifier.outputs({ pixels, first: 0, batch }, batch, trialFeeds)).milliseconds
  const first = await call()
  let best = Infinity
  for (let spent = first, calls = 0; calls === 0 || (calls < 4 && spent < longMs); calls++) {
    const milliseconds = await call()
    spent += milliseconds
    best = Math.min(best, milliseconds)
  }
  return best / 1000 / batch
}
