/** A fault that ended or disturbed a process. */
export interface Crash {
  process: 'engine' | 'shell'
  /** What happened, e.g. `uncaughtException`. */
  event: string
  error: unknown
  time: Date
  /** Versions of Kernelscope and of what it runs on. */
  versions: Readonly<Record<string, string | undefined>>
  /** The last lines of the log. */
  log: string
}

const crashName = /^crash-.*\.txt$/

/** Number of crash files that are kept in a folder. */
export const keptCrashes = 10

/** Name of a crash file. Names sort by time. */
export const crashFileName = ({ process, time }: Pick<Crash, 'process' | 'time'>): string =>
  `crash-${time.toISOString().replace(/[:.]/g, '-')}-${process}.txt`

/** Returns the crash files among the names of a folder, the newest last. */
export const crashFiles = (names: readonly string[]): string[] =>
  names.filter((name) => crashName.test(name)).toSorted()

/** Writes a crash file. It holds the versions, the stack and the last lines of the log. */
export function crashText({ process, event, error, time, versions, log }: Crash): string {
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version ?? '?'}`)
  return [
    `Kernelscope, ${process}: ${event}`,
    time.toISOString(),
    known.join(', '),
    '',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    '',
    'The last lines of the log:',
    log,
  ].join('\n')
}
