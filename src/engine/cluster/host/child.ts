import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { withNewFile } from '../../base/newFile.ts'
import { asSystemError } from '../../base/systemError.ts'
import { piecesOf } from '../../base/userFile.ts'
import type { Answer, RunOptions } from './host.ts'

/** Bytes of an answer that are kept. */
const mostBytes = 64 * 2 ** 20
const defaultTimeout = 55_000

/** Files that a program reads and writes in place of a text. */
interface Streams {
  input?: string
  output?: string
}

/**
 * Runs a program to its end, with no terminal. Its answer is cut after 64 MiB.
 *
 * @throws UNSUPPORTED where it cannot be started or takes too long; the reason of the signal; the errors of
 *   `piecesOf` for the input; DISK_FULL, FILE_MISSING, FILE_UNREADABLE where the output cannot be written
 */
export async function runChild(
  words: readonly [string, ...string[]],
  options: RunOptions = {},
  { input, output }: Streams = {},
): Promise<Answer> {
  if (output === undefined) return run(words, options, input)
  try {
    return await withNewFile(output, (file) => run(words, options, input, file.createWriteStream()))
  } catch (error) {
    throw asSystemError(error)
  }
}

async function run(
  [program, ...args]: readonly [string, ...string[]],
  { signal, timeout = defaultTimeout }: RunOptions,
  input?: string,
  output?: Writable,
): Promise<Answer> {
  const late = AbortSignal.timeout(timeout)
  const stop = signal ? AbortSignal.any([signal, late]) : late
  stop.throwIfAborted()
  // In a group of its own, so that what it has started ends with it.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  const end = () => endGroup(child.pid)
  stop.addEventListener('abort', end)
  const texts = { out: [] as Buffer[], err: [] as Buffer[] }
  const keep = (list: Buffer[]) => {
    let bytes = 0
    return (piece: Buffer) => {
      bytes += piece.length
      if (bytes <= mostBytes) list.push(piece)
    }
  }
  child.stderr.on('data', keep(texts.err))
  // A program that ends before it has read its input says why by its exit status.
  const ignore = () => undefined
  child.stdin.on('error', ignore)
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    const written = output ? pipeline(child.stdout, output) : child.stdout.on('data', keep(texts.out))
    const given = input ? pipeline(piecesOf(input), child.stdin) : child.stdin.end()
    const [code, sent, stored] = await Promise.allSettled([ended, given, written])
    if (code.status === 'rejected') throw code.reason
    if (stop.aborted) throw stop.reason
    if (code.value === 0)
      for (const part of [sent, stored]) if (part.status === 'rejected') throw asSystemError(part.reason)
    const text = (list: Buffer[]) => Buffer.concat(list).toString('utf8')
    return { code: code.value, out: text(texts.out), err: text(texts.err) }
  } catch (error) {
    signal?.throwIfAborted()
    if (late.aborted)
      throw new KernelscopeError('UNSUPPORTED', `${program} did not answer within ${timeout / 1000} s`, {
        hint: 'Try again; where it stays so, ask who runs the machine.',
      })
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new KernelscopeError('UNSUPPORTED', `there is no program ${program} on this machine`, {
        cause: error,
      })
    throw error
  } finally {
    stop.removeEventListener('abort', end)
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
