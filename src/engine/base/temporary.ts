import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Names of our temporary folders: what they hold (lowercase letters), the id of their process, what mkdtemp adds. */
const ours = /^kernelscope-[a-z]+-(\d+)-\w{6}$/
const day = 24 * 60 * 60 * 1000

/**
 * Makes a temporary folder of this process. The caller removes it; `sweepTemporary` removes folders of killed
 * processes.
 *
 * @param what what the folder holds, in lowercase letters
 */
export const temporaryFolder = (what: string): string =>
  mkdtempSync(join(tmpdir(), `kernelscope-${what}-${process.pid}-`))

/**
 * Removes folders of `temporaryFolder` whose process has ended. Folders that changed in the last 24 hours stay: their
 * process may run in a container that shares the folder, where it cannot be seen.
 */
export function sweepTemporary(folder = tmpdir()): void {
  for (const name of readdirSync(folder)) {
    const pid = ours.exec(name)?.[1]
    if (pid === undefined || lives(Number(pid))) continue
    const path = join(folder, name)
    try {
      const found = lstatSync(path)
      const own = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)
      if (own && Date.now() - found.mtimeMs > day) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another engine has just removed it.
    }
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
