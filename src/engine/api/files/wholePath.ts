import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/**
 * A path as a person gives it, with "~" for the home folder, as a whole one.
 *
 * @throws USAGE where it is neither whole nor below "~": there is no folder that it could be relative to
 */
export function wholePath(path: string): string {
  const whole = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path
  if (isAbsolute(whole)) return resolve(whole)
  throw new KernelscopeError('USAGE', `invalid path: ${path} is not a whole path`, {
    hint: 'Begin it with / or with ~ for the home folder.',
  })
}
