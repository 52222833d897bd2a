import { KernelscopeError } from '#shared/errors.ts'
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
  apartPlan,
  differsPlan,
  gatedPlan,
  halfOf,
  halfPlan,
  lesionTimes,
  sharedPlan,
  type LesionTimes,
} from './cost.ts'
import { gatedGraph, gates, halfCutGraph, sharedGraph } from './graphs.ts'
import { cutShare, removableOf } from './work.ts'
import { currentVariant } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/**
 * Times of the gated graph and of its segments, and where segments do not serve of the graph with half of the blocks cut
 * out: from an earlier trial, or from a trial now where it is worth one. Where there is a reason to gate whatever the times,
 * or the job was stopped, that reason.
 */
export async function timesForLesion(context: MeasureContext, worth: boolean): Promise<LesionTimes | string> {
  const { workspace, model, job, progress, log } = context
  const { db } = workspace
  const variant = currentVariant(db, model)
  const known = variant && lesionTimes(db, variant.id)
  if (known) return known
  if (!worth) return 'too little to compute for a trial'
  progress.note(`${model.title}: timing ways to remove blocks`)
  const gated = await tried(context, gatedGraph(model), gates(model, halfOf(model)))
  if (job.signal.aborted) return 'stopped'
  const shared = await sharing(context, gated.few)
  if (job.signal.aborted) return 'stopped'
  const half = shared ? null : await tried(context, halfCutGraph(model))
  const { variantId } = gated
  setSessionTime(db, variantId, gatedPlan, gated.time)
  setSessionTime(db, variantId, shared ? sharedPlan : apartPlan, shared ?? untimed)
  if (half)
    setSessionTime(db, variantId, same(gated.outputs, half.outputs) ? halfPlan : differsPlan, half.time)
  const times = lesionTimes(db, variantId)
  if (times) log.write('info', timesText(model, times, half?.time ?? null))
  return times ?? 'stopped'
}

const untimed: SessionTime = { secondsToOpen: 0, secondsPerImage: 0 }

/** The time of the segments; null where the model has none, or their outputs differ in any bit. */
async function sharing(context: MeasureContext, wanted: Float32Array[]): Promise<SessionTime | null> {
  const { model, log } = context
  const told = (reason: string) => {
    log.write('info', `${model.title}: what subsets of blocks share is not computed once, because ${reason}`)
    return null
  }
  if (removableOf(model).length < 2) return told('only one block can be removed')
  try {
    const { few, time } = await tried(context, sharedGraph(model))
    const equal = wanted.every((outputs, at) => same(outputs, few[at] ?? new Float32Array()))
    return equal ? time : told('segments of its graph have other last digits')
  } catch (error) {
    if (!(error instanceof KernelscopeError) || !refusals.has(error.code)) throw error
    return told(`its graph cannot be cut: ${error.message}`)
  }
}

const refusals = new Set(['MODEL_UNSUPPORTED', 'MODEL_LOAD_FAILED', 'OUT_OF_MEMORY', 'INFERENCE_FAILED'])

/** The times of a trial in words. They are for the log alone: results do not depend on them. */
function timesText(
  model: StoredModel,
  { gated, shared, half }: LesionTimes,
  cut: SessionTime | null,
): string {
  const text = ({ secondsToOpen, secondsPerImage }: SessionTime) =>
    `${(1000 * secondsPerImage).toPrecision(3)} ms an image, opened in ${secondsToOpen.toFixed(2)} s`
  const share = Math.round(100 * cutShare(model, halfOf(model)))
  const others = [
    ...(shared ? [`in segments, with the same bits, ${text(shared)}`] : []),
    ...(cut ? [`half of the blocks (${share} % of the multiply-accumulates) cut out ${text(cut)}`] : []),
    ...(cut && !half ? ['blocks are gated, because cutting them out changes the last digits here'] : []),
  ]
  return [`${model.title}, timed: gated ${text(gated)}`, ...others].join('; ')
}

/**
 * Times a graph, and computes its outputs for random pixels: of a batch with `feeds`, and of two images without half of the
 * blocks, without the other half, without any and with all of them.
 */
async function tried(context: MeasureContext, plan: GraphPlan, feeds: Feed[] = plan.trialFeeds ?? []) {
  const { workspace, model, settings, log, job } = context
  const classifier = await openClassifier(workspace, model, settings, log, plan)
  try {
    job.enterNative()
    const pixels = randomPixels(classifier)
    const secondsPerImage = await secondsOf(classifier, pixels, feeds)
    const { batch, secondsToOpen, variant } = classifier
    const { outputs } = await classifier.outputs({ pixels, first: 0, batch }, batch, feeds)
    const few =
      plan.change?.op === 'gate' && plan.change.cut ? [] : await ofPatterns(classifier, pixels, model)
    return { variantId: variant.id, outputs, few, time: { secondsToOpen, secondsPerImage } }
  } finally {
    await classifier.close()
  }
}

async function ofPatterns(
  { outputs, batch, fixedBatch }: Classifier,
  pixels: SharedArrayBuffer,
  model: StoredModel,
): Promise<Float32Array[]> {
  const all = removableOf(model).map(({ index }) => index)
  const half = halfOf(model)
  const few = fixedBatch ? batch : Math.min(2, batch)
  const found: Float32Array[] = []
  for (const removed of [half, all.filter((index) => !half.includes(index)), all, []])
    found.push((await outputs({ pixels, first: 0, batch: few }, few, gates(model, removed))).outputs)
  return found
}

function randomPixels({ batch, height, width }: Classifier): SharedArrayBuffer {
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const random = generator('lesion trial')
  const bytes = new Uint8Array(pixels)
  for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(256 * random.uniform())
  return pixels
}

/** Whether all bits are the same. */
const same = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))

/** A trial ends after this time. */
const longMs = 600

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
