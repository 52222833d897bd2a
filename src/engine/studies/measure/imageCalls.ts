import type { ErrorShape } from '#shared/errors.ts'
import type { StudyImage } from '../../facts/index.ts'
import type { Answers, Feed, TensorSession } from '../../inference/index.ts'
import { pixelsInput } from '../../onnx/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { MeasureContext } from '../definition/index.ts'
import { inCalls, type CallSize } from './calls.ts'
import { inLanes } from './inLanes.ts'
import { togetherWhileRoom } from './lanePermits.ts'
import { loadFloats } from './load.ts'
import { prefetch } from './prefetch.ts'

/** Some images as a graph gets them in one call. */
export interface ImageCall {
  images: readonly StudyImage[]
  /** float32 [places, height, width, 3] in [0,1]. A place is black where there is no image or it cannot be read. */
  floats: Float32Array
  places: number
  /** Why an image cannot be read, or null, for each image. */
  problems: readonly (ErrorShape | null)[]
}

/** What is done with images in calls. */
export interface ImageCalls<A> {
  compute(session: TensorSession, call: ImageCall): Promise<A>
  /** Takes the answer of a call. Calls come in the order of the images, so that what is added up has always the same bits. */
  keep(call: ImageCall, answer: A): void
  /** Receives an image that cannot be computed, in the order of the images too. */
  giveUp(image: StudyImage, problem: ErrorShape): void
}

/** Where images are computed. */
export interface CallLanes {
  sessions: readonly TensorSession[]
  /** Images per call. It shrinks where memory runs out. */
  size: CallSize
  /** How often the engine died at the first images. They are then computed alone, as `inCalls` says. */
  crashes: number
}

interface LoadedCall extends ImageCall {
  /** Resolved when all calls before it are kept. */
  turn: Promise<void>
  /** Lets the next one be kept. */
  end(): void
}

/** A session has its next call while the answer of one is kept. */
const perLane = 2

/**
 * Computes images in calls as `inCalls`, each session a call of its own, while the next images are loaded. A call that runs out of
 * memory beside others is made again alone, before it is halved. When the job is stopped, no further call is made, and those
 * that were begun are kept.
 *
 * @throws the errors of `inCalls`, and of loading where they are not about an image
 */
export async function callsInLanes<A>(
  context: Pick<MeasureContext, 'pool' | 'model' | 'job'>,
  { sessions, size, crashes }: CallLanes,
  images: readonly StudyImage[],
  { compute, keep, giveUp }: ImageCalls<A>,
): Promise<void> {
  const { job } = context
  const lanes = Array.from({ length: perLane }, () => sessions).flat()
  const together = togetherWhileRoom(sessions.length > 1 ? lanes.length : 1)
  const work = async (loaded: LoadedCall, session: TensorSession, crashesHere: number) => {
    const calls = {
      async call(rows: number[], places: number) {
        const part = partOf(loaded, rows, places)
        const answer = await together(async () => {
          if (job.signal.aborted) return null
          job.enterNative()
          return { of: await compute(session, part) }
        })
        await loaded.turn
        if (answer) keep(part, answer.of)
      },
      async giveUp(row: number, problem: ErrorShape) {
        await loaded.turn
        const image = loaded.images[row]
        if (image) giveUp(image, problem)
      },
      ended: () => session.ended,
    }
    try {
      await inCalls(size, [...loaded.images.keys()], calls, crashesHere)
    } finally {
      loaded.end()
    }
  }
  const source = prefetch(loadedCalls(context, size, images), Math.max(2, sessions.length))
  try {
    if (crashes > 0) {
      const { value: first } = await source.next()
      const [session] = sessions
      if (first && session) await work(first, session, crashes)
    }
    await inLanes(source, lanes, (loaded, session) => work(loaded, session, 0), job.signal)
  } finally {
    await source.return()
  }
}

/** Loads images for calls of the largest size, in their order. */
async function* loadedCalls(
  context: Pick<MeasureContext, 'pool' | 'model' | 'job'>,
  size: CallSize,
  images: readonly StudyImage[],
): AsyncGenerator<LoadedCall, void, undefined> {
  let turn = Promise.resolve()
  for (let at = 0; at < images.length && !context.job.signal.aborted;) {
    const part = images.slice(at, at + size.most)
    at += part.length
    const places = size.fixed ? size.most : Math.max(part.length, Math.min(size.most, 2))
    const loaded = await loadFloats(context, part, places)
    const { promise, resolve } = Promise.withResolvers<void>()
    yield { images: part, places, ...loaded, turn, end: resolve }
    turn = promise
  }
}

/** Runs a graph on the images of a call. */
export async function runCall(
  session: TensorSession,
  { preprocessing }: Pick<StoredModel, 'preprocessing'>,
  { floats, places }: Pick<ImageCall, 'floats' | 'places'>,
  outputs: string[],
  feeds: readonly Feed[] = [],
): Promise<Answers['tensors']['outputs']> {
  const shape = [places, ...preprocessing.size, 3]
  return (await session.run([{ name: pixelsInput, data: floats, shape }, ...feeds], outputs)).outputs
}

/** Some of the rows that were loaded, which follow one another, as a call of `places` rows. */
function partOf(
  { images, floats, places: all, problems }: ImageCall,
  rows: number[],
  places: number,
): ImageCall {
  const [first = 0] = rows
  const end = first + rows.length
  const part = { images: images.slice(first, end), places, problems: problems.slice(first, end) }
  if (rows.length === images.length && places === all) return { ...part, floats }
  const values = floats.length / all
  const own = new Float32Array(places * values)
  own.set(floats.subarray(first * values, end * values))
  return { ...part, floats: own }
}
