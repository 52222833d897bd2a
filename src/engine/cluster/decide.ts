import type { ClusterAttempt } from '#shared/contract/index.ts'

/** What is done with a unit whose task has ended without a pack. */
export type Decision =
  | { do: 'again' }
  /** It is halved. */
  | { do: 'split' }
  /** Its one image is recorded as a failure with this reason. */
  | { do: 'fail'; reason: string }
  /** Nothing more is submitted, since others would end in the same way. */
  | { do: 'stop'; reason: string }
  | { do: 'cancel'; reason: string }

/** A unit as far as it matters here. */
export interface Tried {
  /** Images that it is of. */
  images: number
  /** Whether it is a part of a unit that was halved. */
  part: boolean
  /** Whether it can be halved. */
  divisible: boolean
  attempts: readonly ClusterAttempt[]
}

/** How the other units of the run do. */
export interface Others {
  /** Whether any has given a pack: where none has, a fault of the set-up stops the run at once. */
  anyDone: boolean
  /** How many whole units have failed three times, while none has given a pack. */
  failing: number
}

/** Times that a unit may fail by itself before it is halved, and that a single image may. */
const tries = 3
/** Times that a unit may be lost to nodes and the queue. */
const mostLost = 10
/** Units that fail three times before the run is stopped, where not one has done well. */
const mostFailing = 4

/**
 * Decides by the attempts of a unit, the last of which has just ended. A unit that fails three times is halved. Its parts are
 * halved when they fail once, until what cannot be halved has failed three times.
 */
export function decide({ images, part, divisible, attempts }: Tried, { anyDone, failing }: Others): Decision {
  const last = attempts.at(-1)
  if (!last) return { do: 'again' }
  const { of, reason } = last
  const count = (one: ClusterAttempt['of']) => attempts.filter((attempt) => attempt.of === one).length
  if (of === 'person') return { do: 'cancel', reason }
  if (of === 'setup' && (!anyDone || count('setup') >= tries)) return { do: 'stop', reason }
  if (of !== 'unit')
    return count('place') + count('setup') < mostLost
      ? { do: 'again' }
      : { do: 'stop', reason: `a unit was lost ${mostLost} times; the last time ${reason}` }
  if (count('unit') < (part && divisible ? 1 : tries)) return { do: 'again' }
  if (!anyDone && failing + 1 >= mostFailing)
    return { do: 'stop', reason: `${failing + 1} units failed ${tries} times each, none did well; ${reason}` }
  if (divisible) return { do: 'split' }
  return images === 1
    ? { do: 'fail', reason }
    : { do: 'stop', reason: `a unit whose images cannot be divided failed ${tries} times: ${reason}` }
}

/** A try that has ended. */
export interface EndedTry {
  node: string
  submission: number
  /** Whose fault its end was; null where it gave a pack. */
  of: ClusterAttempt['of']
}

/** Tasks that must have failed on a node, none having done well there, before it is avoided. */
const failuresOfBadNode = 2
/** Tasks in a row that must have been lost on a node where others did well before. */
const lossesOfNode = 3
/** Submissions after which such a node is tried again. */
const submissionsWithout = 20

/**
 * Nodes that are left out of the next submission, while others do well: where tasks only failed, and for a while those that were
 * good and have lost their last tasks, as where a disk became full. They would otherwise take unit after unit, since a node
 * where tasks fail at once is free at once.
 *
 * @param all tries of a run that have ended, in the order of their submissions
 */
export function nodesToAvoid(all: readonly EndedTry[]): string[] {
  // Of a task that was quick nobody may have seen the node. It may be any of those where others failed.
  const ended = all.filter(({ node }) => node !== '')
  const newest = ended.at(-1)?.submission ?? 0
  const byNode = Map.groupBy(ended, ({ node }) => node)
  const isBad = ([node, own]: [string, EndedTry[]]): boolean => {
    const wellElsewhere = (since: number) =>
      ended.some((one) => one.of === null && one.node !== node && one.submission >= since)
    const lastWell = own.findLastIndex(({ of }) => of === null)
    if (lastWell < 0) return own.length >= failuresOfBadNode && wellElsewhere(0)
    const since = own.slice(lastWell + 1)
    const [first, last] = [since[0], since.at(-1)]
    return (
      since.length >= lossesOfNode &&
      since.every(({ of }) => of === 'place') &&
      (last?.submission ?? 0) > newest - submissionsWithout &&
      wellElsewhere(first?.submission ?? 0)
    )
  }
  return [...byNode].filter(isBad).map(([node]) => node)
}

/**
 * How many tasks are submitted now, and how many of them may run at once, so that never more than the profile says run:
 * each array has a limit of its own.
 */
export function nextSubmission(
  waiting: number,
  inFlight: number,
  atOnce: number,
  mostInArray: number,
): { tasks: number; atOnce: number } {
  const free = inFlight === 0 ? mostInArray : Math.max(0, atOnce - inFlight)
  const tasks = Math.min(waiting, free, mostInArray)
  return { tasks, atOnce: Math.min(atOnce, Math.max(1, tasks)) }
}
