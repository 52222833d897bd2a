import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { copyFolder, type Copying } from '../base/copyFolder.ts'
import { draftBeside, sweepDrafts } from '../base/draft.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { asWriteError } from '../base/wholeFile.ts'
import { leaveOrigin } from './origin.ts'
import { databaseName } from './schema.ts'
import { checkNewFolder } from './workspace.ts'

/** Ends the name of a folder that is being removed. */
const gone = '.gone'

/** The folder of workspaces that nobody has given a place yet. */
export class UnkeptFolder {
  readonly #given: string | null
  #temporary: string | null = null

  /** @param given a temporary folder, made when it is first needed, where left out */
  constructor(given?: string) {
    this.#given = given === undefined ? null : resolve(given)
  }

  /** Whether workspaces in it can be opened again after the end of the process. */
  get lasts(): boolean {
    return this.#given !== null
  }

  /** Whether the folder of a workspace is one of these. */
  holds(path: string): boolean {
    const root = this.#given ?? this.#temporary
    return root !== null && resolve(path).startsWith(root + sep)
  }

  /** Path of a new workspace, which does not exist yet. */
  next(): string {
    const root = this.#given ?? (this.#temporary ??= temporaryFolder('unkept'))
    mkdirSync(root, { recursive: true })
    return join(root, randomUUID())
  }

  /** Removes the folder of a workspace. What cannot be removed now is removed at the next start. */
  remove(path: string): void {
    if (!this.holds(path) || !existsSync(path)) return
    try {
      const doomed = path.endsWith(gone) ? path : path + gone
      if (doomed !== path) renameSync(path, doomed)
      rmSync(doomed, { recursive: true, force: true })
    } catch {
      // A file of it is in use; `sweep` tries again.
    }
  }

  /**
   * Removes those whose removal was interrupted, and those that have no database. Returns the others but one: nobody has left
   * them, so they stay, e.g. where the name of the open workspace could not be stored.
   */
  sweep(except: string | null): string[] {
    if (this.#given === null || !existsSync(this.#given)) return []
    const paths = readdirSync(this.#given).map((name) => join(this.#given ?? '', name))
    const stay = paths.filter((path) => !path.endsWith(gone) && existsSync(join(path, databaseName)))
    for (const path of paths) if (!stay.includes(path)) this.remove(path)
    return stay.filter((path) => except === null || resolve(except) !== path)
  }

  /** Removes the temporary folder. */
  close(): void {
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true })
    this.#temporary = null
  }
}

/** Whether anything was made in a workspace that is not kept, besides adding models and datasets. */
export const hasContent = (unkept: NonNullable<WorkspaceInfo['unkept']>): boolean =>
  Object.values(unkept).some((count) => count > 0)

/**
 * Moves the folder of a closed workspace to a new or empty folder, whole or not at all. On another disk it is copied, and
 * the caller removes the first folder. Opened there, its stored paths are corrected.
 *
 * @param how told the bytes that are copied where the target is on another disk, and may stop it
 * @throws WORKSPACE_EXISTS, WORKSPACE_MISSING where the target cannot become a workspace; the reason of the signal
 * @throws DISK_FULL where the disk of the target is full
 * @throws FILE_UNREADABLE where the target cannot be written
 */
export async function moveWorkspace(from: string, to: string, how: Copying = {}): Promise<void> {
  const target = resolve(to)
  checkNewFolder(target)
  const draft = draftBeside(target)
  try {
    mkdirSync(dirname(target), { recursive: true })
    sweepDrafts(dirname(target))
    leaveOrigin(from)
    // An empty folder is replaced: not every system renames onto one.
    if (existsSync(target)) rmdirSync(target)
    if (!renamed(from, target)) {
      await copyFolder(from, draft, how)
      renameSync(draft, target)
    }
  } catch (cause) {
    rmSync(draft, { recursive: true, force: true })
    how.signal?.throwIfAborted()
    const known = asWriteError(cause, target)
    if (known instanceof KernelscopeError) throw known
    throw new KernelscopeError('FILE_UNREADABLE', `the workspace cannot be moved to ${target}`, {
      hint: 'Choose a folder you may write to. The workspace is unchanged.',
      cause,
    })
  }
}

/** Returns false where the two are on different disks. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EXDEV') return false
    throw error
  }
}
