import { createORPCClient } from '@orpc/client'
import { fromErrorShape, KernelscopeError } from '#shared/errors.ts'
import type { RemoteEngine } from '../remote/index.ts'
import type { FarHandle } from './client.ts'
import { FarLink } from './farLink.ts'

/** How long a command waits for a lost connection, in milliseconds. */
const patienceMs = 10 * 60_000

/**
 * Connects a command with the engine for a workspace on another machine. A connection that is lost later comes back by itself.
 *
 * @param tell takes words for the person: that the connection is lost, and that it is back
 * @param givesUpMs how long a lost connection is waited for
 * @throws REMOTE_REFUSED, REMOTE_MISSING, REMOTE_LOST where there is no connection
 */
export async function connectFar(
  engine: RemoteEngine,
  tell: (words: string) => void,
  givesUpMs = patienceMs,
): Promise<FarHandle> {
  const link = new FarLink()
  const { promise: failed, reject } = Promise.withResolvers<never>()
  // It may be lost while nobody waits for it.
  failed.catch(() => undefined)
  const connected = Promise.withResolvers<{ home: string; workspace: string | null }>()
  let known = false
  let giveUp: NodeJS.Timeout | undefined
  engine.on('state', (state) => {
    if (state.state !== 'failed' && (state.state !== 'down' || state.busy)) return
    const problem = fromErrorShape(state.problem)
    if (!known || state.state === 'failed') return reject(problem)
    if (giveUp) return
    link.detach()
    giveUp = setTimeout(() => reject(problem), givesUpMs)
    // After the line of progress has been taken away.
    setImmediate(tell, `the connection to ${engine.host} is lost, and is tried again: ${problem.message}`)
  })
  engine.on('ready', (far) => {
    link.attach(engine)
    if (known) tell(`the connection to ${engine.host} is back`)
    clearTimeout(giveUp)
    giveUp = undefined
    known = true
    connected.resolve(far)
  })
  const stop = async () => {
    clearTimeout(giveUp)
    link.detach()
    await engine.stop()
  }
  engine.start()
  try {
    const { home, workspace } = await Promise.race([connected.promise, failed])
    return { client: createORPCClient(link), home, workspace, lost: failed, close: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @throws UNSUPPORTED where settings of this process are given: the engine there has settings of its own */
export function refuseOverrides(overrides: object): void {
  const [name] = Object.keys(overrides)
  if (name === undefined) return
  throw new KernelscopeError('UNSUPPORTED', `--${name} cannot be given for an engine on another machine`, {
    hint: 'Change the settings of its workspace, in the window.',
  })
}
