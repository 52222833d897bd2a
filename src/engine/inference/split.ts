import { availableParallelism } from 'node:os'
import { z } from 'zod'

/** Threads where the settings leave them open: KERNELSCOPE_THREADS, else 0, which is as many as there are cores. */
export const openThreads = z.coerce
  .number()
  .int()
  .min(0)
  .max(256)
  .catch(0)
  .parse(process.env['KERNELSCOPE_THREADS'])

/** A number of sessions that compute at once, and threads of each; 0 threads: ONNX Runtime chooses. */
export interface Split {
  sessions: number
  threads: number
}

/** Threads that may compute at once, over all sessions. `asked`: those of the settings, 0 where they leave them open. */
export const mostThreads = (asked: number): number => asked || openThreads || availableParallelism()

/** How a number of threads can be split: into two sessions, four, eight, …, with as many threads as that leaves for each. */
export function splitsOf(threads: number): Split[] {
  const splits: Split[] = []
  for (let sessions = 2; sessions <= threads; sessions *= 2)
    splits.push({ sessions, threads: Math.floor(threads / sessions) })
  return splits
}

/** Sessions that fit into memory: the first, and those that take at most half of what is available. */
export const sessionsThatFit = (wanted: number, bytesOfOne: number, available: number): number =>
  Math.max(1, Math.min(wanted, 1 + Math.floor(available / 2 / Math.max(1, bytesOfOne))))

/** Names a split: "2 sessions of 1 thread". */
export const splitText = ({ sessions, threads }: Split): string =>
  `${sessions} sessions of ${threads} ${threads === 1 ? 'thread' : 'threads'}`
