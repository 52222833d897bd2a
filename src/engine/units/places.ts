import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { statOf } from '../base/statOf.ts'

/** Where files of the machine that wrote a plan lie on this one: all that is below `from` is below `to`. */
export interface PathMap {
  from: string
  to: string
}

/**
 * Reads a map as it is given on the command line: FROM=TO.
 *
 * @throws USAGE where it has no "=", or a path is not absolute
 */
export function parseMap(text: string): PathMap {
  const at = text.indexOf('=')
  const [from, to] = [text.slice(0, at), text.slice(at + 1)]
  if (at > 0 && isAbsolute(from) && isAbsolute(to)) return { from, to }
  throw new KernelscopeError('USAGE', `invalid map: ${text}`, {
    hint: 'Give two absolute paths: --map /home/me/data=/scratch/data.',
  })
}

/** The path here of a path there: by the map with the longest beginning, else the path itself. */
export function placeHere(path: string, maps: readonly PathMap[]): string {
  const fitting = maps
    .filter(({ from }) => path === from || path.startsWith(from.endsWith(sep) ? from : `${from}${sep}`))
    .sort((a, b) => b.from.length - a.from.length)
  const [best] = fitting
  return best ? resolve(best.to, relative(best.from, path)) : path
}

/**
 * The path here of a file or folder that a plan names.
 *
 * @param what that it is, e.g. "the model ResNet-50"
 * @throws FILE_MISSING where there is nothing
 */
export function foundHere(path: string, maps: readonly PathMap[], what: string): string {
  const here = placeHere(path, maps)
  if (statOf(here)) return here
  const asPlanned = here === path ? '' : `; the plan names ${path}`
  throw new KernelscopeError('FILE_MISSING', `${what} is not here: ${here}${asPlanned}`, {
    hint: `Say where it lies on this machine: --map ${join(path, '..')}=DIR.`,
  })
}
