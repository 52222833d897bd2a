import { KernelscopeError } from '#shared/errors.ts'

/** Folder of the installed builds on another machine, as its shells read it. */
export const cacheFolder = '$HOME/.cache/kernelscope'

const harmless = /^\w[\w.+-]{0,100}$/

/** Whether a name can stand in a script as it is. */
export const isHarmless = (name: string): boolean => harmless.test(name)

/**
 * A name of a version or a build that stands in a script.
 *
 * @throws USAGE where a shell could take it for something else
 */
export function inScript(name: string): string {
  if (isHarmless(name)) return name
  throw new KernelscopeError('USAGE', `not a version: ${name}`, {
    hint: 'List the versions with `kernelscope remote check HOST`.',
  })
}
