import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { crashFileName, crashFiles, crashText, keptCrashes } from '#shared/crash.ts'

/** Characters of the end of the engine's log in a crash file. */
const logTail = 20_000

/**
 * Writes a crash file of the shell into the folder of the logs, with the end of the engine's log, and removes the oldest
 * files. Returns its path; null where it cannot be written.
 *
 * @param versions of the app and of what it runs on
 */
export function writeCrash(
  folder: string,
  versions: Readonly<Record<string, string | undefined>>,
  event: string,
  error: unknown,
): string | null {
  const time = new Date()
  const file = path.join(folder, crashFileName({ process: 'shell', time }))
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const log = endOf(path.join(folder, 'engine.log'))
    writeFileSync(file, crashText({ process: 'shell', event, error, time, versions, log }))
    for (const name of crashFiles(readdirSync(folder)).slice(0, -keptCrashes)) rmSync(path.join(folder, name))
    return file
  } catch {
    // The caller shows the error itself.
    return null
  }
}

function endOf(log: string): string {
  try {
    return readFileSync(log, 'utf8').slice(-logTail)
  } catch {
    return 'none'
  }
}
