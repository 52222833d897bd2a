import { generator } from '#shared/random.ts'
import type { Feed } from '../../../inference/index.ts'
import {
  openClassifier,
  setSessionTime,
  type Classifier,
  type GraphPlan,
  type SessionTime,
  type StoredModel,
} from '../../../models/index.ts'
import {
  cutShare,
  differsPlan,
  gatedPlan,
  halfOf,
  halfPlan,
  lesionTimes,
  worthATrial,
  type LesionTimes,
} from './cost.ts'
import { gatedGraph, gates, halfCutGraph } from './graphs.ts'
import { currentVariant } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/**
 * Times of the gated graph and of the graph with half of the blocks cut out, from an earlier trial or from a trial now.
 * Where there is a reason to gate whatever the times, or the job was stopped, that reason.
 */
export async function timesForLesion(context: MeasureContext, passes: number): Promise<LesionTimes | string> {
  const { workspace, model, job, progress, log } = context
  const { db } = workspace
  const variant = currentVariant(db, model)
  const known = variant && lesionTimes(db, variant.id)
  if (known) return known
  if (passes < worthATrial) return 'too little to compute for a trial'
  progress.note(`${model.title}: timing gates against cutting blocks out`)
  const gated = await tried(context, gatedGraph(model), gates(model, halfOf(model)))
  if (job.signal.aborted) return 'stopped'
  const half = await tried(context, halfCutGraph(model))
  setSessionTime(db, gated.variantId, gatedPlan, gated.time)
  setSessionTime(db, gated.variantId, equal(gated.outputs, half.outputs) ? halfPlan : differsPlan, half.time)
  const times = lesionTimes(db, gated.variantId)
  if (times) log.write('info', timesText(model, times))
  return times ?? 'stopped'
}

/** The times of a trial in words. They are for the log alone: results do not depend on them. */
function timesText(model: StoredModel, { gated, half, equal: same }: LesionTimes): string {
  const text = ({ secondsToOpen, secondsPerImage }: SessionTime) =>
    `${(1000 * secondsPerImage).toPrecision(3)} ms an image, opened in ${secondsToOpen.toFixed(2)} s`
  const share = Math.round(100 * cutShare(model, halfOf(model)))
  return `${model.title}, timed: gated ${text(gated)}; half of the blocks (${share} % of the multiply-accumulates) cut out ${text(half)}${same ? '' : '; blocks are gated, because cutting them out changes the last digits here'}`
}

/** Times a graph, and computes its outputs for random pixels. */
async function tried(context: MeasureContext, plan: GraphPlan, feeds: Feed[] = plan.trialFeeds ?? []) {
  const { workspace, model, settings, log, job } = context
  const classifier = await openClassifier(workspace, model, settings, log, plan)
  try {
    job.enterNative()
    const pixels = randomPixels(classifier)
    const secondsPerImage = await secondsOf(classifier, pixels, feeds)
    const { batch, secondsToOpen, variant } = classifier
    const { outputs } = await classifier.outputs({ pixels, first: 0, batch }, batch, feeds)
    return { variantId: variant.id, outputs, time: { secondsToOpen, secondsPerImage } }
  } finally {
    await classifier.close()
  }
}

function randomPixels({ batch, height, width }: Classifier): SharedArrayBuffer {
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const random = generator('lesion trial')
  const bytes = new Uint8Array(pixels)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(256 * random.uniform())
  return pixels
}

/** Whether all bits are the same. */
const equal = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

/** A trial ends after this time. */
const longMs = 2000

/** Seconds per image: the fastest of at most four calls, after one warm-up call. */
async function secondsOf(classifier: Classifier, pixels: SharedArrayBuffer, feeds: Feed[]): Promise<number> {
  const { batch } = classifier
  const call = async () => (await classifier.outputs({ pixels, first: 0, batch }, batch, feeds)).milliseconds
  const first = await call()
  let best = Infinity
  for (let spent = first, calls = 0; calls === 0 || (calls < 4 && spent < longMs); calls++) {
    const milliseconds = await call()
    spent += milliseconds
    best = Math.min(best, milliseconds)
  }
  return best / 1000 / batch
}
