import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { looksLikeArchive } from '#shared/archiveFiles.ts'
import { KernelscopeError } from '#shared/errors.ts'

/** Replaces the number of a shard, so that all shards of a dataset have one name. */
const seriesOf = (path: string): string => path.replace(/\d{2,}(-of-\d+)?(?=\.\w+$)/, '#')

/**
 * Paths of datasets: each path is one, but numbered shards of one name, as a pattern of the shell gives them, are the dataset
 * of their folder.
 *
 * @throws USAGE where that folder holds other archives too
 */
export function datasetPaths(paths: readonly string[]): string[] {
  const groups = Map.groupBy([...new Set(paths)], (path) => (looksLikeArchive(path) ? seriesOf(path) : path))
  return [...groups.values()].flatMap((group) => (group.length === 1 ? group : [folderOf(group)]))
}

function folderOf(shards: readonly string[]): string {
  const folder = dirname(shards[0] ?? '')
  const other = readdirSync(folder).find(
    (name) => looksLikeArchive(name) && !shards.includes(join(folder, name)),
  )
  if (other === undefined) return folder
  throw new KernelscopeError('USAGE', `shards are added by their folder, and ${folder} holds ${other} too`, {
    hint: `Put ${basename(shards[0] ?? '')} and the others into a folder of their own, and add that.`,
  })
}
