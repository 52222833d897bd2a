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

/** Tasks that must have failed on a node, none having done well there, before it is avoided. */
const failuresOfBadNode = 2

/**
 * Nodes that are left out of the next submission: where tasks only failed, while others did well. A full disk would
 * otherwise take unit after unit, since a node where they fail at once is free at once.
 *
 * @param ended node and success of every task that has ended
 */
export function nodesToAvoid(ended: readonly { node: string; well: boolean }[]): string[] {
  const good = new Set(ended.filter(({ well }) => well).map(({ node }) => node))
  const failures = new Map<string, number>()
  for (const { node, well } of ended)
    if (!well && node !== '' && !good.has(node)) failures.set(node, (failures.get(node) ?? 0) + 1)
  if (good.size === 0) return []
  return [...failures].filter(([, count]) => count >= failuresOfBadNode).map(([node]) => node)
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
