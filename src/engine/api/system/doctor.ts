import { statfsSync } from 'node:fs'
import { availableParallelism, freemem, homedir, totalmem } from 'node:os'
import type { Check } from '#shared/contract/index.ts'
import { electronWarning } from '#shared/electron.ts'
import { countCrashes } from '../../base/crashFile.ts'
import type { Log } from '../../base/log.ts'
import { onnxruntimeVersion } from '../../base/onnxruntimeVersion.ts'

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
const lowDisk = 2 * 2 ** 30

/** Checks of the Electron that shows the window, where there is one. */
function electronChecks(version: string | undefined): Check[] {
  if (version === undefined) return []
  const hint = electronWarning(version)
  const check = { id: 'electron', title: 'Electron', value: version }
  return [hint === null ? { ...check, state: 'ok' } : { ...check, state: 'warning', hint }]
}

/**
 * Checks what the machine offers, and says where the log is. A check with a warning has a hint that says what to do.
 *
 * @param workspacePath folder of the open workspace; null where none is open
 * @param electron version of the Electron that shows the window; undefined without one
 */
export function checks(
  workspacePath: string | null,
  sqliteVersion: string,
  log: Log,
  electron?: string,
): Check[] {
  const { bavail, bsize } = statfsSync(workspacePath ?? homedir())
  const free = bavail * bsize
  const display =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
  return [
    ...electronChecks(electron),
    { id: 'node', title: 'Node', state: 'ok', value: process.versions.node },
    { id: 'onnxruntime', title: 'ONNX Runtime', state: 'ok', value: onnxruntimeVersion },
    { id: 'sqlite', title: 'SQLite', state: 'ok', value: sqliteVersion },
    { id: 'cpu', title: 'Processor', state: 'ok', value: `${availableParallelism()} threads` },
    {
      id: 'memory',
      title: 'Memory',
      state: 'ok',
      value: `${gibibytes(freemem())} free of ${gibibytes(totalmem())}`,
    },
    {
      id: 'disk',
      title: 'Disk',
      state: free < lowDisk ? 'warning' : 'ok',
      value: `${gibibytes(free)} free`,
      ...(free < lowDisk
        ? { hint: 'Free some space: a study stops when the disk is full and resumes when there is room.' }
        : {}),
    },
    {
      id: 'display',
      title: 'Display',
      state: display ? 'ok' : 'warning',
      value: display ? 'there' : 'none',
      ...(display ? {} : { hint: 'The app needs a display; the command line does everything without one.' }),
    },
    { id: 'log', title: 'Log', state: 'ok', value: logPlace(log) },
  ]
}

function logPlace(log: Log): string {
  if (log.file === null) return 'in memory only'
  const crashes = countCrashes(log)
  return crashes === 0 ? log.file.path : `${log.file.path}, crash files beside it: ${crashes}`
}
