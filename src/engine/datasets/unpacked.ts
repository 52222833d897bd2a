import { statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { archiveStem, looksLikePackedTar } from '#shared/archiveFiles.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { packedSize, unpackTar } from '../archives/index.ts'
import { statOf } from '../base/statOf.ts'
import { noProgress, Rate, type JobContext } from '../jobs/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { Layout } from './layout.ts'

/** Whether a dataset's path is that of a tar that is unpacked before it is read. */
export const isPackedTar = (path: string): boolean =>
  looksLikePackedTar(basename(path)) && statOf(path)?.isDirectory() !== true

/** How large a packed tar is, and what room there is for it. */
export interface Unpacking {
  packed: number
  unpacked: number
  /** Free bytes on the disk of the workspace. */
  free: number
}

/**
 * Says how large a packed tar would be in the workspace; null for anything else.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 */
export async function unpackingOf(workspace: Workspace, path: string): Promise<Unpacking | null> {
  if (!isPackedTar(path)) return null
  const { packed, unpacked } = await packedSize(path)
  const { bavail, bsize } = await statfs(workspace.path)
  return { packed, unpacked, free: bavail * bsize }
}

/** What is stored of a packed dataset until it is unpacked and recognised. */
export const layoutUnknown: Pick<Layout, 'kind' | 'recognised' | 'labelsPath'> = {
  kind: 'unlabelled',
  recognised: 'unlabelled',
  labelsPath: null,
}

/**
 * Unpacks the tar of a dataset into the workspace, or finds it there from before, where the packed file has the same time.
 * It becomes the root of the dataset's images.
 *
 * @returns path of the unpacked tar; null when stopped
 * @throws DISK_FULL where there is no room
 * @throws FILE_MISSING, FILE_UNREADABLE where the packed tar cannot be read
 */
export async function unpacked(
  workspace: Workspace,
  datasetId: number,
  path: string,
  context: JobContext,
): Promise<string | null> {
  const target = join(workspace.path, 'archives', String(datasetId), `${archiveStem(basename(path))}.tar`)
  const size = await packedSize(path)
  const there = statOf(target)
  if (!(there?.isFile() === true && Math.round(there.mtimeMs) === size.mtime)) {
    await requireRoom(workspace, path)
    if (!(await unpackInto(target, path, size, context))) return null
  }
  workspace.db.prepare('UPDATE dataset SET frames_path = ? WHERE id = ?').run(target, datasetId)
  return target
}

async function requireRoom(workspace: Workspace, path: string): Promise<void> {
  const asked = await unpackingOf(workspace, path)
  if (!asked || asked.free > asked.unpacked) return
  throw new KernelscopeError(
    'DISK_FULL',
    `${basename(path)} takes ${asked.unpacked} bytes unpacked, and there are ${asked.free} on the disk of the workspace`,
  )
}

async function unpackInto(
  target: string,
  path: string,
  size: Awaited<ReturnType<typeof packedSize>>,
  context: JobContext,
): Promise<boolean> {
  const total = Math.ceil(size.packed / 1e6)
  const rate = new Rate()
  const report = (bytes: number) => {
    const done = Math.round(bytes / 1e6)
    rate.mark(done)
    const [perSecond, secondsLeft] = [rate.perSecond(), rate.secondsLeft(total - done)]
    context.report({ ...noProgress, done, total, perSecond, secondsLeft, unit: 'MB', note: 'unpacking' })
  }
  try {
    await unpackTar(path, target, size, { signal: context.signal, report })
    return true
  } catch (error) {
    if (context.signal.aborted) return false
    throw error
  }
}
