import { KernelscopeError } from '#shared/errors.ts'
import { farHost, type FarAddress } from '#shared/farAddress.ts'

/** A program to start: the far end is on its standard input and output. */
export interface FarCommand {
  file: string
  args: readonly string[]
}

/** Options that hold whatever the user's configuration says: one plain channel, no terminal, no ports, no agent. */
const always = ['-T', '-x', '-a', '-o', 'ClearAllForwardings=yes', '-o', 'RemoteCommand=none']
const alive = ['ConnectTimeout=20', 'ServerAliveInterval=15', 'ServerAliveCountMax=4']

/**
 * The arguments of the user's own `ssh` for a command on a machine. Their configuration, keys, agent and jump hosts hold. It asks
 * nothing, unless the user has a program for questions (SSH_ASKPASS): no password passes through Kernelscope.
 *
 * @param command for the login shell there
 */
export function sshCommand(
  { user, host, port }: Omit<FarAddress, 'path'>,
  command: string,
  env: Record<string, string | undefined>,
): FarCommand {
  const asks = env['SSH_ASKPASS'] ? [] : ['BatchMode=yes']
  return {
    file: 'ssh',
    args: [
      ...always,
      ...[...alive, ...asks].flatMap((option) => ['-o', option]),
      ...(port === null ? [] : ['-p', String(port)]),
      ...(user === null ? [] : ['-l', user]),
      ...['--', host, command],
    ],
  }
}

/**
 * Starts the far end of this version: the one installed for it, else the one on the PATH. The same text in every login
 * shell; the workspace is not in it.
 *
 * @throws USAGE where the version is not of digits, letters, dots and dashes
 */
export function serveCommand(version: string): string {
  if (!/^[\w.+-]+$/.test(version)) throw new KernelscopeError('USAGE', `not a version: ${version}`)
  const path = `$HOME/.cache/kernelscope/${version}/bin:$PATH:$HOME/.local/bin:/usr/local/bin`
  return `exec sh -c 'PATH="${path}"; export PATH; exec kernelscope serve --stdio'`
}

/** Exit codes of a shell for a program that is missing or cannot be run. */
const notThere = [126, 127]

/**
 * Says why a connection ended before Kernelscope answered, from what ssh said.
 *
 * @param code exit code of ssh; null where it was ended or did not start
 * @param said what was printed on its standard error, and on the output before Kernelscope's first line
 */
export function whyNotConnected(
  machine: Omit<FarAddress, 'path'>,
  code: number | null,
  said: string,
): KernelscopeError {
  const host = farHost(machine)
  const details = said === '' ? {} : { details: said }
  const login = `ssh ${machine.port === null ? '' : `-p ${machine.port} `}${machine.user === null ? '' : `${machine.user}@`}${machine.host}`
  const hint = `Run \`${login}\` once in a terminal: it must log in without a question.`
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said))
    return new KernelscopeError('REMOTE_REFUSED', `the host key of ${host} is not the known one`, {
      hint: `Ask who runs the machine. If it was set up anew, run \`${login}\` in a terminal; it says what to do.`,
      ...details,
    })
  if (/Host key verification failed|authenticity of host/i.test(said))
    return new KernelscopeError('REMOTE_REFUSED', `the host key of ${host} is not known here`, {
      hint: `Run \`${login}\` once in a terminal and compare the fingerprint that it shows.`,
      ...details,
    })
  if (/Permission denied|Too many authentication failures|No supported authentication/i.test(said))
    return new KernelscopeError('REMOTE_REFUSED', `${host} did not accept the login`, { hint, ...details })
  if (code !== null && notThere.includes(code))
    return new KernelscopeError('REMOTE_MISSING', `Kernelscope is not installed on ${host}`, {
      hint: `Install it: kernelscope remote install ${host}.`,
      ...details,
    })
  const [last = ''] = said.trim().split('\n').slice(-1)
  return new KernelscopeError(
    'REMOTE_LOST',
    `${host} cannot be reached${last === '' ? '' : `: ${last}`}`,
    details,
  )
}
