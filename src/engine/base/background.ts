import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'

/** About a fifteenth of a core where all cores are busy, as Linux weighs this level of `nice` against 0. */
const niceness = 12

/**
 * Lets the calling thread work only with what others leave of the processor, as far as the system allows that: on Linux,
 * where threads have priorities of their own. Elsewhere it does nothing.
 */
export function workInBackground(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), niceness)
  } catch {
    // The thread works as fast as the others then.
  }
}
