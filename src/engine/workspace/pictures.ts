import { existsSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { throughDraft } from '../base/wholeFile.ts'
import type { WorkspaceFiles } from './workspace.ts'

const fileOf = ({ draws }: Pick<WorkspaceFiles, 'draws'>, digest: string) => join(draws, `${digest}.ice`)

/** The path of a picture that transforms name by its SHA-256 (hex), where the workspace keeps it; null elsewhere. */
export function keptPicture(workspace: Pick<WorkspaceFiles, 'draws'>, digest: string): string | null {
  const path = fileOf(workspace, digest)
  return existsSync(path) ? path : null
}

/**
 * Keeps a copy of a picture file under its SHA-256 (hex) among the draws of a workspace, which are copied, packed and merged
 * with it.
 *
 * @throws DISK_FULL, FILE_UNREADABLE where it cannot be read or written
 */
export async function keepPicture(
  workspace: Pick<WorkspaceFiles, 'draws'>,
  digest: string,
  path: string,
): Promise<void> {
  if (keptPicture(workspace, digest) !== null) return
  await throughDraft(fileOf(workspace, digest), (draft) => copyFile(path, draft))
}
