import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasEnded, ownProcess, processPattern } from './ownProcess.ts'

/** Names of our temporary folders: what they hold (lowercase letters), their process, what mkdtemp adds. */
const ours = new RegExp(String.raw`^kernelscope-[a-z]+-(${processPattern})-\w{6}$`)
const day = 24 * 60 * 60 * 1000

/**
 * Makes a temporary folder of this process. The caller removes it; `sweepTemporary` removes folders of killed
 * processes.
 *
 * @param what what the folder holds, in lowercase letters
 * @param folder where it is made; the temporary folder of the system when left out
 */
export const temporaryFolder = (what: string, folder = tmpdir()): string =>
  mkdtempSync(join(folder, `kernelscope-${what}-${ownProcess}-`))

/**
 * Removes folders of `temporaryFolder` whose process has ended. Where the process may run in a container that shares the
 * folder, where it cannot be seen, those that changed in the last 24 hours stay.
 */
export function sweepTemporary(folder = tmpdir()): void {
  for (const name of readdirSync(folder)) {
    const of = ours.exec(name)?.[1]
    const ended = of === undefined ? false : hasEnded(of)
    if (ended === false) continue
    const path = join(folder, name)
    try {
      const found = lstatSync(path)
      const own = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)
      if (own && (ended || Date.now() - found.mtimeMs > day)) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another engine has just removed it.
    }
  }
}
