import { spawn } from 'node:child_process'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { KernelscopeError } from '#shared/errors.ts'

/** What a command on another machine gave. */
export interface Ran {
  /** Its exit code; null where it was ended. */
  code: number | null
  out: string
  /** What it, its login shell or ssh said. */
  said: string
}

/** Runs a command for the login shell of another machine, with this on its standard input. */
export type Run = (command: string, input: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) => Promise<Ran>

/** What is said where a command ends before it has read all: which of them depends on whether a write was under way. */
const notRead: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

/** Most characters that are kept of each output. */
const most = 2 ** 18

/**
 * Runs commands through a program such as ssh.
 *
 * @param program the program and its arguments for a command
 * @throws REMOTE_REFUSED where the program cannot be run; the signal's reason; any error of the input
 */
export function runThrough(
  program: (command: string) => { file: string; args: readonly string[] },
  env: Record<string, string | undefined>,
  signal?: AbortSignal,
): Run {
  return async (command, input) => {
    signal?.throwIfAborted()
    const { file, args } = program(command)
    const child = spawn(file, args, { stdio: 'pipe', windowsHide: true, env })
    const stop = () => child.kill()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const kept = { out: '', said: '' }
      child.stdout
        .setEncoding('utf8')
        .on('data', (text: string) => (kept.out = (kept.out + text).slice(0, most)))
      child.stderr
        .setEncoding('utf8')
        .on('data', (text: string) => (kept.said = (kept.said + text).slice(-most)))
      const ended = new Promise<number | null>((resolve, reject) => {
        child.on('error', (cause) =>
          reject(
            new KernelscopeError('REMOTE_REFUSED', `cannot run ${file}: ${cause.message}`, {
              cause,
              hint: 'Install OpenSSH, and see that it is on the PATH.',
            }),
          ),
        )
        child.on('close', resolve)
      })
      ended.catch(() => undefined)
      await pipeline(Readable.from(input, { objectMode: false }), child.stdin).catch((error: unknown) => {
        // A command may end before it has read all; its exit code says why.
        if (!(error instanceof Error && 'code' in error && notRead.has(error.code))) {
          child.kill()
          throw error
        }
      })
      const code = await ended
      signal?.throwIfAborted()
      return { code, ...kept }
    } finally {
      signal?.removeEventListener('abort', stop)
    }
  }
}

/** Runs a script with the plain shell of a machine, whatever its login shell is. */
export const runScript = (run: Run, script: string): Promise<Ran> => run('exec sh -s', [Buffer.from(script)])
