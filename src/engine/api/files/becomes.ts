import { link, lstat, rename, unlink } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { isOfFileSystem } from '../../base/systemError.ts'

/** File systems that have no hard links, as the system tells it. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * Gives a draft its name, where nothing has that name.
 *
 * @throws FILE_EXISTS where there is something; the error of the system otherwise
 */
export async function becomes(draft: string, path: string): Promise<void> {
  try {
    // A link is refused where the name is taken; renaming would replace.
    await link(draft, path)
    await unlink(draft)
  } catch (error) {
    if (!isOfFileSystem(error)) throw error
    if (error.code === 'EEXIST') throw taken(path)
    if (!noLinks.has(error.code ?? '')) throw error
    if (await lstat(path).catch(() => null)) throw taken(path)
    await rename(draft, path)
  }
}

const taken = (path: string) => new KernelscopeError('FILE_EXISTS', `there is something at ${path} already`)
