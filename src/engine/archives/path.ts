import { sep } from 'node:path'
import { archiveEndings } from '#shared/archiveFiles.ts'
import { statOf } from '../base/statOf.ts'

/** A path of a file in an archive, split. */
export interface InArchive {
  /** Path of the archive. */
  file: string
  /** Path inside, with forward slashes; '' for the archive itself. */
  inside: string
}

const named = new RegExp(`^(.*?[^\\\\/]\\.(?:${archiveEndings.join('|')}))(?=[\\\\/]|$)`, 'i')

/**
 * Splits the path of a file in an archive, such as `noise.tar/fog/1/a.png`; null for other paths. A folder with the name of
 * an archive is a folder.
 */
export function inArchive(path: string): InArchive | null {
  for (let from = 0; ;) {
    const found = named.exec(path.slice(from))?.[1]
    if (found === undefined) return null
    const file = path.slice(0, from + found.length)
    if (statOf(file)?.isDirectory() !== true) return { file, inside: insideOf(path, file) }
    from = file.length
  }
}

function insideOf(path: string, file: string): string {
  const rest = path.slice(file.length)
  // Elsewhere a backslash is part of a name.
  return (sep === '/' ? rest : rest.replaceAll(sep, '/')).replace(/^\/+/, '')
}
