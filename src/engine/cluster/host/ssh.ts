import { KernelscopeError } from '#shared/errors.ts'
import { quoted } from '../quote.ts'
import { runChild } from './child.ts'
import type { Answer, Host, RunOptions } from './host.ts'

/** Never asks: a key, an agent or a connection that is shared must be enough. */
const sshOptions = [
  '-T',
  '-oBatchMode=yes',
  '-oConnectTimeout=20',
  '-oServerAliveInterval=15',
  '-oServerAliveCountMax=3',
]
/** Time for a plan or a pack of some hundred MB on a slow line. */
const copyTimeout = 30 * 60_000
/** Exit status of ssh where the connection failed. */
const connectionFailed = 255

/**
 * A machine that is reached by the system's ssh, with the user's own configuration, keys and jump hosts.
 *
 * @param name as `ssh` takes it; its schema refuses what could be an option
 * @param program the ssh to use
 */
export function sshHost(name: string, program = 'ssh'): Host {
  const call = async (
    command: string,
    options: RunOptions = {},
    streams: { input?: string; output?: string } = {},
  ): Promise<Answer> => {
    const answer = await runChild(
      [program, ...sshOptions, '--', name, `exec /bin/sh -c ${quoted(command)}`],
      options,
      streams,
    )
    if (answer.code === connectionFailed) throw unreachable(name, answer.err)
    return answer
  }
  return {
    name,
    run: (command, options) => call(command, options),
    async send(file, to, options) {
      const draft = quoted(`${to}.part`)
      const command = `cat > ${draft} && mv -f ${draft} ${quoted(to)}`
      const { code, err } = await call(command, { timeout: copyTimeout, ...options }, { input: file })
      if (code !== 0)
        throw new KernelscopeError(
          /no space|quota/i.test(err) ? 'DISK_FULL' : 'FILE_UNREADABLE',
          `cannot write ${to} on ${name}: ${lastLine(err)}`,
          { details: err },
        )
    },
    async fetch(from, file, options) {
      const { code, err } = await call(
        `cat ${quoted(from)}`,
        { timeout: copyTimeout, ...options },
        { output: file },
      )
      if (code !== 0)
        throw new KernelscopeError('FILE_MISSING', `cannot read ${from} on ${name}: ${lastLine(err)}`)
    },
  }
}

const unreachable = (name: string, err: string) =>
  new KernelscopeError('UNSUPPORTED', `ssh cannot reach ${name}: ${lastLine(err)}`, {
    hint: `Run "ssh ${name}" once in a terminal: it must come to a prompt without asking anything.`,
    details: err,
  })

/** The last line of what a program complained of. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() || 'no reason given'
