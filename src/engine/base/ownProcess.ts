import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Names this machine since its last start and, in a container, the container: what numbers processes. Eight characters.
 */
const place = createHash('sha256')
  .update([hostname(), read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))].join(' '))
  .update(read(() => readlinkSync('/proc/self/ns/pid')))
  .digest('hex')
  .slice(0, 8)

/** An empty text where the system has no such file. */
function read(file: () => string): string {
  try {
    return file()
  } catch {
    return ''
  }
}

/** Names this process in names of files that others may have to remove: its id, and where it has this id. */
export const ownProcess = `${process.pid}.${place}`

/** The form of `ownProcess` in a regular expression; older names have the id alone. */
export const processPattern = String.raw`\d+(?:\.[0-9a-f]{8})?`

/**
 * Whether a process that `ownProcess` named has ended; null where that cannot be told, since it ran on another machine or
 * in another container.
 */
export function hasEnded(named: string): boolean | null {
  const [pid = '', where] = named.split('.')
  if (lives(Number(pid))) return false
  return where === place ? true : null
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
