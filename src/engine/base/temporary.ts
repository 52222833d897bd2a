import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Lowercase letters say what a folder holds, then come the process it belongs to and what mkdtemp adds. */
const ours = /^kernelscope-[a-z]+-(\d+)-\w{6}$/
const day = 24 * 60 * 60 * 1000

/** Makes a folder for files of this process. Who makes it removes it; `sweepTemporary` does so where that was killed. */
export const temporaryFolder = (what: string): string =>
  mkdtempSync(join(tmpdir(), `kernelscope-${what}-${process.pid}-`))

/**
 * Removes folders of `temporaryFolder` whose process is gone. Those that changed within a day stay: their process may be
 * one that cannot be seen from here, in a container that shares the folder.
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
