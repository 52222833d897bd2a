import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { hasEnded, ownProcess, processPattern } from './ownProcess.ts'

/** Names of drafts, and of the files that SQLite keeps beside one. */
const drafted = new RegExp(String.raw`^\.kernelscope-(${processPattern})-[0-9a-f-]{36}\.tmp(-\w+)?$`)
const swept = new Set<string>()

/** Path of a new draft beside a file or a folder, which gets that name when it is whole. */
export const draftBeside = (path: string): string =>
  join(dirname(path), `.kernelscope-${ownProcess}-${randomUUID()}.tmp`)

/** Whether a path is that of a draft. */
export const isDraft = (path: string): boolean => drafted.test(basename(path))

/**
 * Removes the drafts in a folder whose process was killed. What cannot be removed stays.
 *
 * @param own also those of this process, which writes there no more
 */
export function sweepDrafts(folder: string, own = false): void {
  for (const name of names(folder)) {
    const of = drafted.exec(name)?.[1]
    if (of === undefined || !(hasEnded(of) === true || (own && of === ownProcess))) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // Another process has just removed it, or its folder may not be changed.
    }
  }
}

/** Does so the first time that this process writes into the folder. */
export function sweepOnce(folder: string): void {
  if (swept.has(folder)) return
  swept.add(folder)
  sweepDrafts(folder)
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
