import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crashFileName, crashFiles, crashText, keptCrashes } from '#shared/crash.ts'
import { logText, type Log } from './log.ts'
import { onnxruntimeVersion } from './onnxruntimeVersion.ts'
import { version } from './version.ts'

const lastLines = 50

/**
 * Writes a crash file beside the log, and removes the oldest ones. Returns its path; null where the log is only in
 * memory or the file cannot be written.
 *
 * @param event what happened, e.g. `uncaughtException`
 */
export function writeCrash(log: Log, event: string, error: unknown): string | null {
  if (log.file === null) return null
  const { folder } = log.file
  const time = new Date()
  const path = join(folder, crashFileName({ process: 'engine', time }))
  const lines = log.lines().slice(-lastLines).map(logText).join('')
  const versions = { kernelscope: version, node: process.versions.node, onnxruntime: onnxruntimeVersion }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, crashText({ process: 'engine', event, error, time, versions, log: lines }))
    for (const name of crashFiles(readdirSync(folder)).slice(0, -keptCrashes)) rmSync(join(folder, name))
    return path
  } catch {
    // The caller reports the error itself.
    return null
  }
}

/** Reads the newest crash files beside the log, the newest last. */
export const readCrashes = (log: Log, count: number): { name: string; text: string }[] =>
  namesBeside(log)
    .slice(-count)
    .map(({ folder, name }) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** Counts the crash files beside the log. */
export const countCrashes = (log: Log): number => namesBeside(log).length

function namesBeside({ file }: Log): { folder: string; name: string }[] {
  if (file === null || !existsSync(file.folder)) return []
  return crashFiles(readdirSync(file.folder)).map((name) => ({ folder: file.folder, name }))
}
