import { once } from 'node:events'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { helloLine, HelloReader, nearHello, type NearHello } from '#shared/wire/index.ts'
import { version } from '../base/version.ts'
import type { Places } from './places.ts'
import { findOrStart, type EngineProgram } from './starting.ts'

/** Time in milliseconds for the near side to say what it wants. */
const helloWithinMs = 60_000

/**
 * Connects a near end on `input` and `output` with the engine for the workspace it names, which is started where it does not
 * run. Returns when either side has gone, or at the signal. A problem is told as the first line.
 */
export async function serveStdio(
  { input, output, signal }: { input: Readable; output: Writable; signal: AbortSignal },
  places: Places,
  program: EngineProgram,
): Promise<void> {
  try {
    const { hello, rest } = await firstLine(input)
    if (hello.version !== version)
      throw new KernelscopeError(
        'REMOTE_MISSING',
        `Kernelscope is ${version} there, and ${hello.version} here`,
      )
    const workspace = hello.workspace === null ? null : atHome(hello.workspace)
    const { socket: path } = await findOrStart(places, program, workspace)
    const socket = connect(path)
    await once(socket, 'connect')
    socket.write(helloLine({ version, workspace }))
    socket.write(rest)
    input.pipe(socket)
    socket.pipe(output)
    // What breaks is followed by its end.
    for (const stream of [input, output, socket]) stream.on('error', () => undefined)
    input.once('close', () => socket.end())
    signal.addEventListener('abort', () => socket.destroy())
    if (signal.aborted) socket.destroy()
    if (!socket.closed) await once(socket, 'close')
  } catch (error) {
    await new Promise<void>((resolve) =>
      output.write(helloLine({ problem: toErrorShape(error) }), () => resolve()),
    )
  }
  input.destroy()
}

async function firstLine(input: Readable): Promise<{ hello: NearHello; rest: Uint8Array }> {
  const reader = new HelloReader(nearHello)
  const { promise, resolve, reject } = Promise.withResolvers<{ hello: NearHello; rest: Uint8Array }>()
  const late = setTimeout(() => reject(new KernelscopeError('USAGE', 'no window spoke')), helloWithinMs)
  const take = (piece: Uint8Array) => {
    try {
      const found = reader.read(piece)
      if (found) resolve(found)
    } catch (error) {
      reject(error)
    }
  }
  const ended = () => reject(new KernelscopeError('USAGE', 'no window spoke on the standard input'))
  input.on('data', take)
  input.on('end', ended)
  try {
    return await promise
  } finally {
    clearTimeout(late)
    input.pause()
    input.off('data', take)
    input.off('end', ended)
  }
}

/** A path of this machine: `~` is the home folder, and so is what other paths are relative to. */
function atHome(path: string): string {
  const own = path.replace(/^~(?=\/|$)/, () => homedir())
  return isAbsolute(own) ? own : join(homedir(), own)
}
