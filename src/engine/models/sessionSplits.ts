import {
  closeAll,
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
  const started = performance.now()
  const perImage = secondsPerImage ?? (await roughSeconds(first, trial))
  const most = mostTrial * images * perImage
  const spent = () => (performance.now() - started) / 1000
  // Opening, a run of each session and two timed ones at once.
  const worthIt = ({ sessions }: Split) =>
    spent() + sessions * (secondsToOpen + trial.batch * perImage) + 3 * trial.batch * perImage < most
  const splits = splitsOf(key.threads)
  if (!splits[0] || !worthIt(splits[0])) return null
  const wanted = await trial.outputs(first, trial.batch)
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
    await trial.outputs(first, trial.batch)
    return openOthers(first, split, trial, process.memoryUsage.rss() - rss)
  }
  await first.close()
  const before = process.memoryUsage.rss()
  const other = await trial.open(split.threads)
  try {
    await trial.outputs(other, trial.batch)
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
 */
export async function settleSplit<S extends Splittable>(
  db: Db,
  log: Log,
  key: SplitKey | null,
  opened: OpenFirst<S>,
): Promise<{ sessions: [S, ...S[]]; split: Split | null }> {
  const { first } = opened
  if (key === null) return { sessions: [first], split: null }
  const known = knownSplit(db, key)
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
