import { readFileSync } from 'node:fs'

/** Clock ticks a second in /proc: fixed at 100 for programs, whatever the kernel's own rate (proc(5), sysconf). */
const ticks = 100

/** Seconds of processor time that a process has used; null where the process is gone or the system is not Linux. */
export function cpuTime(pid: number | undefined): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name stands in parentheses and may hold any character. User and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticks
  } catch {
    return null // It is gone: its exit is told elsewhere.
  }
}
