import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute } from 'node:path'
import type { FilePlace } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { statOf } from '../../base/statOf.ts'
import { asSystemError, isOfFileSystem } from '../../base/systemError.ts'
import { wholePath } from './wholePath.ts'

/** Variables in which clusters name a person's folders, with their titles. */
const named = { SCRATCH: 'Scratch', WORK: 'Work', PROJECT: 'Project', DATA: 'Data' }

/**
 * The home folder and other places of this machine.
 *
 * @param workspace folder of the open workspace and of its exports
 */
export function placesOf(workspace: { path: string; exports: string } | null): {
  home: string
  places: FilePlace[]
} {
  const home = homedir()
  const wanted: FilePlace[] = [
    { title: 'Home', path: home },
    ...(workspace ? [{ title: 'Workspace', path: workspace.path }] : []),
    ...(workspace ? [{ title: 'Exports', path: workspace.exports }] : []),
    ...Object.entries(named).map(([name, title]) => ({ title, path: process.env[name] ?? '' })),
    { title: 'Computer', path: '/' },
  ]
  const seen = new Set<string>()
  const places = wanted.filter(({ path }) => {
    if (!isAbsolute(path) || seen.has(path) || !statOf(path)?.isDirectory()) return false
    seen.add(path)
    return true
  })
  return { home, places }
}

/** The folder at a path, or the nearest around it that is there. */
export function nearestFolder(path: string): string {
  const around = dirname(path)
  return statOf(path)?.isDirectory() || around === path ? path : nearestFolder(around)
}

/**
 * Makes a folder in one that is there.
 *
 * @throws FILE_EXISTS where there is something of that name
 * @throws FILE_MISSING, FILE_UNREADABLE, DISK_FULL as the system says; USAGE where the path is not whole
 */
export async function makeFolder(given: string): Promise<{ path: string }> {
  const path = wholePath(given)
  try {
    await mkdir(path)
    return { path }
  } catch (error) {
    if (isOfFileSystem(error) && error.code === 'EEXIST')
      throw new KernelscopeError('FILE_EXISTS', `there is something at ${path} already`, { cause: error })
    throw asSystemError(error, path)
  }
}
