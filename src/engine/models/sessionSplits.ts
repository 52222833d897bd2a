import {
  closeAll,
  comparedBy,
  fastestSplit,
  mostThreads,
  openOthers,
  roughSeconds,
  secondsTogether,
  splitsOf,
  splitText,
  timeSplits,
  type Split,
  type SplitTime,
  type Splittable,
  type SplitTrial,
} from '../inference/index.ts'
import type { Log } from '../base/log.ts'
import type { Db } from '../workspace/index.ts'
import { sessionTimes, setSessionTime } from './sessionTimes.ts'

/** Share of the time of a run that a trial of splits may take. */
const mostTrial = 0.05

/** The graph of a variant, and the threads that its sessions may have together. */
export interface SplitKey {
  variantId: number
  /** Name of the graph plan. */
  plan: string
  threads: number
}

/** The name of the times of a split of threads, as one of a graph plan; "alone" for one session with all threads. */
const nameOf = ({ plan, threads }: SplitKey, split: Split | 'alone') =>
  split === 'alone' ? `${plan} 1x${threads}` : `${plan} ${split.sessions}x${split.threads} of ${threads}`

const differing = (name: string) => `${name} differs`

/** The fastest split of an earlier trial; null where one session is as fast, undefined without a trial. */
export function knownSplit(db: Db, key: SplitKey): SplitTime | null | undefined {
  const times = sessionTimes(db, key.variantId)
  const alone = times.get(nameOf(key, 'alone'))
  if (!alone) return undefined
  const found = splitsOf(key.threads).flatMap((split) => {
    const time = times.get(nameOf(key, split))
    return time ? [{ ...split, secondsPerImage: time.secondsPerImage, same: true }] : []
  })
  return fastestSplit(alone.secondsPerImage, found)
}

/** How long a run is. */
export interface RunLength {
  /** Images that are to be computed. */
  images: number
  /** Images of a call, and of the first one of each session. */
  batch: number
  first: number
}

/**
 * The split of `knownSplit`, where it saves more of the time of a run than opening its sessions takes, their first calls
 * included; null where it does not.
 */
export function worthySplit(
  db: Db,
  key: SplitKey,
  { images, first }: RunLength,
): SplitTime | null | undefined {
  const split = knownSplit(db, key)
  const alone = split && sessionTimes(db, key.variantId).get(nameOf(key, 'alone'))
  if (!alone) return split
  const { sessions, secondsPerImage } = split
  // They are opened one after the other, and nothing computes beside the first call of each.
  const opening = (sessions - 1) * alone.secondsToOpen + sessions * first * sessions * secondsPerImage
  return images * (alone.secondsPerImage - secondsPerImage) > opening ? split : null
}

/** Calls of a session that is timed. */
const timedCalls = 3

/** Images that a trial of a split of so many sessions takes one session to compute. */
const imagesTried = ({ batch, first }: RunLength, sessions: number) => sessions * first + timedCalls * batch

/** Whether a run has too few images for a trial of splits, however fast the graph is opened. */
export const tooFewToTry = (run: RunLength): boolean => mostTrial * run.images <= imagesTried(run, 2)

/** A session that is open, and what is about to be computed with it. */
export interface OpenFirst<S extends Splittable> {
  first: S
  trial: SplitTrial<S>
  /** Memory of the process before it was opened. */
  rss: number
  /** Seconds that opening it took. */
  secondsToOpen: number
  /** Images that are to be computed; a trial must not take more than 5 % of their time. */
  images: number
  /** Seconds per image of an earlier run; null without one. */
  secondsPerImage: number | null
}

/**
 * Times how threads are best split into sessions, where that pays off, and keeps the times. The outputs of a split must be
 * those of one session with all threads to the bit; else it is never chosen. Gives the fastest split, or null.
 */
async function trySplits<S extends Splittable>(
  db: Db,
  log: Log,
  key: SplitKey,
  { first, trial, secondsToOpen, images, secondsPerImage }: OpenFirst<S>,
): Promise<SplitTime | null> {
  const run = { images, batch: trial.batch, first: trial.compared?.images ?? trial.batch }
  if (tooFewToTry(run)) return null
  const started = performance.now()
  const perImage = secondsPerImage ?? (await roughSeconds(first, trial))
  const most = mostTrial * images * perImage
  const spent = () => (performance.now() - started) / 1000
  // Opening, a run of each session and two timed ones at once.
  const worthIt = ({ sessions }: Split) =>
    spent() + sessions * secondsToOpen + imagesTried(run, sessions) * perImage < most
  const splits = splitsOf(key.threads)
  if (!splits[0] || !worthIt(splits[0])) return null
  const wanted = await comparedBy(trial, first)
  const alone = await secondsTogether([first], trial)
  const times = await timeSplits(splits, trial, wanted, worthIt)
  const store = (name: string, seconds: number) =>
    setSessionTime(db, key.variantId, name, { secondsToOpen, secondsPerImage: seconds })
  store(nameOf(key, 'alone'), alone)
  for (const time of times) {
    const name = nameOf(key, time)
    store(time.same ? name : differing(name), time.secondsPerImage)
  }
  log.write('info', `${first.request.path}: ${timesText(key.threads, alone, times)}`)
  return fastestSplit(alone, times)
}

/** The sessions of a split in place of one that is open. That one is closed, where it has other threads. */
async function openSplit<S extends Splittable>(
  { first, trial, rss }: OpenFirst<S>,
  split: Split,
): Promise<[S, ...S[]]> {
  if (first.request.threads === split.threads) {
    await comparedBy(trial, first)
    return openOthers(first, split, trial, process.memoryUsage.rss() - rss)
  }
  await first.close()
  const before = process.memoryUsage.rss()
  const other = await trial.open(split.threads)
  try {
    await comparedBy(trial, other)
    return await openOthers(other, split, trial, process.memoryUsage.rss() - before)
  } catch (error) {
    await closeAll([other])
    throw error
  }
}

/**
 * The sessions of the fastest split that is known, or that a trial finds now; else the first alone.
 *
 * @param key null where one session serves
 * @param known what is known of its split; null: one session serves, undefined: nothing
 */
export async function settleSplit<S extends Splittable>(
  db: Db,
  log: Log,
  key: SplitKey | null,
  opened: OpenFirst<S>,
  known = key && knownSplit(db, key),
): Promise<{ sessions: [S, ...S[]]; split: Split | null }> {
  const { first } = opened
  if (key === null) return { sessions: [first], split: null }
  const split = known === undefined ? await trySplits(db, log, key, opened) : known
  return { sessions: split ? await openSplit(opened, split) : [first], split }
}

/** Threads that the sessions of a run may have together, and whether they can be split at all. */
export const splittable = (provider: string, threads: number): number | null =>
  provider === 'cpu' && mostThreads(threads) > 1 ? mostThreads(threads) : null

function timesText(threads: number, alone: number, times: readonly SplitTime[]): string {
  const text = (seconds: number) => `${(1000 * seconds).toPrecision(3)} ms an image`
  return [
    `one session of ${threads} threads ${text(alone)}`,
    ...times.map((time) =>
      time.same
        ? `${splitText(time)} ${text(time.secondsPerImage)}`
        : `${splitText(time)} not used, because they change the last digits here`,
    ),
  ].join('; ')
}
