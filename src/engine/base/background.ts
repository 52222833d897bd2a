import { readlinkSync } from 'node:fs'
import { availableParallelism, setPriority } from 'node:os'
import { basename } from 'node:path'

/** Share of all cores that a thread in the background takes at most where all of them are busy. */
const shareOfAll = 0.04
/** By how much Linux weighs a level of `nice` less than the one before. */
const perLevel = 1.25

/**
 * The level of `nice` at which a thread takes no more than its share beside threads of level 0 on all cores: 11 with two
 * cores, 4 with eight, 0 from 13 on, where half of a core is less than that.
 *
 * @param cores number of cores
 */
export function niceness(cores: number): number {
  const ofOne = Math.min(0.5, shareOfAll * cores)
  return Math.ceil(Math.log((1 - ofOne) / ofOne) / Math.log(perLevel))
}

/**
 * Lets the calling thread take little from others that are busy, as far as the system allows that: on Linux, where threads have
 * priorities of their own. Elsewhere it does nothing.
 */
export function workInBackground(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), niceness(availableParallelism()))
  } catch {
    // The thread works as fast as the others then.
  }
}
