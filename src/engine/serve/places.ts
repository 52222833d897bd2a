import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/** Folders of engines that serve other machines. */
export interface Places {
  /** Sockets of the running engines. On a disk of this machine: a home folder may be shared with others. */
  run: string
  logs: string
  /** The allowed signers file of the keys that the person trusts for bundles. */
  signers: string
}

/** Most characters of the path of a socket, on Linux; macOS has four less. */
const longestRun = 60

/** The folders of this user, as the environment moves them. KERNELSCOPE_RUN moves that of the sockets. */
export function placesOf(env: Record<string, string | undefined>): Places {
  const state = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state')
  const config = env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  return {
    run: env['KERNELSCOPE_RUN'] || join('/tmp', `kernelscope-${process.getuid?.() ?? 'user'}`),
    logs: join(state, 'kernelscope', 'logs'),
    signers: join(config, 'kernelscope', 'allowed_signers'),
  }
}

/**
 * Makes the folder of the sockets, which only this user may enter.
 *
 * @throws UNSUPPORTED where something else has its name, another user owns it, or others may enter it
 */
export function makeRunFolder(folder: string): void {
  if (folder.length > longestRun)
    throw new KernelscopeError('UNSUPPORTED', `KERNELSCOPE_RUN is too long for sockets: ${folder}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  const own =
    found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid) && (found.mode & 0o077) === 0
  if (own) return
  throw new KernelscopeError('UNSUPPORTED', `not a folder of this user alone: ${folder}`, {
    hint: 'Remove it, or name another folder with KERNELSCOPE_RUN.',
  })
}
