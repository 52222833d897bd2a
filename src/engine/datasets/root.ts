import { opendir, stat } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { inArchive } from '../archives/index.ts'
import { statOf } from '../base/statOf.ts'
import { parseRowPath } from '../images/index.ts'

const hint =
  'Bring it back, or choose its new place on the page of the dataset, and run again: what is stored stays.'

/**
 * Tells an image that is gone from a dataset that is gone: to be called where the file of an image is missing. Returns where
 * the dataset is still there. The empty folder of a disk that is not mounted counts as gone.
 *
 * @param root folder or archive of the dataset
 * @param path path of the missing image
 * @throws FILE_MISSING where the root, or the archive or array file that holds the image among others, is gone
 * @throws FILE_UNREADABLE where the root cannot be read
 */
export async function checkRoot(root: string, path: string): Promise<void> {
  const gone = (what: string) => new KernelscopeError('FILE_MISSING', what, { hint })
  const archive = inArchive(path)?.file
  if (archive !== undefined && statOf(archive)?.isFile() !== true)
    throw gone(`the archive of the dataset is gone: ${archive}`)
  if (archive !== undefined) return
  const empty = await isEmpty(root).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    if (['ENOENT', 'ENOTDIR'].includes(code)) throw gone(`the folder of the dataset is gone: ${root}`)
    throw new KernelscopeError('FILE_UNREADABLE', `cannot read the folder of the dataset: ${root}: ${code}`)
  })
  if (empty) throw gone(`the folder of the dataset is empty now: ${root}`)
  const file = parseRowPath(path)?.file
  if (file !== undefined && !(await stat(file).catch(() => null)))
    throw gone(`the array file of the dataset is gone: ${file}`)
}

async function isEmpty(folder: string): Promise<boolean> {
  const entries = await opendir(folder)
  try {
    return (await entries.read()) === null
  } finally {
    await entries.close()
  }
}
