import { generator } from '#shared/random.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { OpenRequest } from './protocol.ts'
import { sessionsThatFit, type Split } from './split.ts'

/** Factor by which a split must be faster than one session with all threads. */
const gain = 1.05
/** Milliseconds in which sessions are timed at least; two calls of each are made in any case. */
const timedMs = 120

/** What a trial found of a split: its seconds per image, or that its outputs differ from those of one session. */
export interface SplitTime extends Split {
  secondsPerImage: number
  same: boolean
}

/** A session of a graph, in a worker of its own. */
export interface Splittable {
  readonly request: { readonly path: string; readonly threads: number }
  close(): Promise<void>
}

/** What the sessions of a trial are of. */
export interface SplitTrial<S extends Splittable> {
  /** Images of a call. */
  batch: number
  /** Opens the same graph with another number of threads. */
  open(threads: number): Promise<S>
  /** All that a call gives for the first `rows` of a batch of random images, the same in every trial. */
  outputs(session: S, rows: number): Promise<Float32Array>
  /** What must be the same to the bit whatever the split; left out: the outputs for a full batch. */
  compared?: {
    /** Images that it takes, as many as take its time. */
    images: number
    of(session: S): Promise<Float32Array>
  }
}

/** What a split must give to the bit. It is the first that a session computes, so that it takes its memory. */
export const comparedBy = <S extends Splittable>(trial: SplitTrial<S>, session: S): Promise<Float32Array> =>
  trial.compared ? trial.compared.of(session) : trial.outputs(session, trial.batch)

/** The fastest of some splits whose outputs are the same; null where none beats one session with all threads by 5 %. */
export function fastestSplit(alone: number, times: readonly SplitTime[]): SplitTime | null {
  const [best] = times.filter(({ same }) => same).toSorted((a, b) => a.secondsPerImage - b.secondsPerImage)
  return best && best.secondsPerImage * gain < alone ? best : null
}

/** Seconds per image of sessions that compute at once, after each has run once. */
export async function secondsTogether<S extends Splittable>(
  sessions: readonly S[],
  { batch, outputs }: Omit<SplitTrial<S>, 'open'>,
): Promise<number> {
  const started = performance.now()
  const calls = await Promise.all(
    sessions.map(async (session) => {
      let done = 0
      for (; done < 2 || performance.now() - started < timedMs; done++) await outputs(session, 1)
      return done
    }),
  )
  const images = batch * calls.reduce((sum, one) => sum + one, 0)
  return (performance.now() - started) / 1000 / images
}

/** About what an image takes, for which the first call counts where it is long. */
export async function roughSeconds<S extends Splittable>(
  session: S,
  trial: Omit<SplitTrial<S>, 'open'>,
): Promise<number> {
  const started = performance.now()
  await trial.outputs(session, 1)
  const milliseconds = performance.now() - started
  return milliseconds < timedMs ? secondsTogether([session], trial) : milliseconds / 1000 / trial.batch
}

/**
 * Opens the other sessions of a split, as many as fit into memory.
 *
 * @param first with the threads of the split; it has run once
 * @param bytesOfOne what the first takes, a run included
 * @throws the errors of `trial`, except where memory runs out
 */
export async function openOthers<S extends Splittable>(
  first: S,
  split: Split,
  trial: SplitTrial<S>,
  bytesOfOne: number,
): Promise<[S, ...S[]]> {
  const sessions: [S, ...S[]] = [first]
  try {
    while (sessions.length < sessionsThatFit(split.sessions, bytesOfOne, process.availableMemory())) {
      const other = await trial.open(split.threads)
      sessions.push(other)
      await comparedBy(trial, other)
    }
  } catch (error) {
    await closeAll(sessions.splice(1))
    if (!(error instanceof KernelscopeError) || error.code !== 'OUT_OF_MEMORY') throw error
  }
  return sessions
}

export async function closeAll(sessions: readonly Pick<Splittable, 'close'>[]): Promise<void> {
  await Promise.all(sessions.map((session) => session.close()))
}

/**
 * Times splits one after the other, until two in a row are no faster than the best before, memory does not suffice, or
 * `worthIt` says that going on costs more than it can save. Closes all sessions that it opens.
 *
 * @param wanted what `comparedBy` gives of one session with all threads
 */
export async function timeSplits<S extends Splittable>(
  splits: readonly Split[],
  trial: SplitTrial<S>,
  wanted: Float32Array,
  worthIt: (split: Split) => boolean,
): Promise<SplitTime[]> {
  const times: SplitTime[] = []
  let best = Infinity
  let inVain = 0
  for (const { sessions, threads } of splits) {
    if (inVain === 2 || !worthIt({ sessions, threads })) break
    const before = process.memoryUsage.rss()
    const first = await trial.open(threads)
    let open: readonly S[] = [first]
    try {
      const same = sameBits(await comparedBy(trial, first), wanted)
      if (same)
        open = await openOthers(first, { sessions, threads }, trial, process.memoryUsage.rss() - before)
      if (same && open.length < sessions) break
      const secondsPerImage = same ? await secondsTogether(open, trial) : 0
      times.push({ sessions, threads, secondsPerImage, same })
      inVain = same && secondsPerImage < best ? 0 : inVain + 1
      if (same) best = Math.min(best, secondsPerImage)
    } finally {
      await closeAll(open)
    }
  }
  return times
}

/** A batch of random images, the same in every trial. */
export function trialPixels(
  { height, width, pixelType }: Pick<OpenRequest, 'height' | 'width' | 'pixelType'>,
  batch: number,
): SharedArrayBuffer {
  const values = batch * height * width * 3
  const random = generator('session trial')
  const bytes = Uint8Array.from({ length: Math.min(values, 65536) }, () => Math.floor(256 * random.uniform()))
  if (pixelType === 'uint8') {
    const pixels = new Uint8Array(new SharedArrayBuffer(values))
    for (let at = 0; at < values; at += bytes.length) pixels.set(bytes.subarray(0, values - at), at)
    return pixels.buffer
  }
  const floats = new Float32Array(new SharedArrayBuffer(4 * values))
  for (let at = 0; at < values; at++) floats[at] = (bytes[at % bytes.length] ?? 0) / 255
  return floats.buffer
}

/** The numbers of some arrays, one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Whether all bits are the same. */
export const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
