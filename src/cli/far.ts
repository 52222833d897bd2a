import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { MessageChannel } from 'node:worker_threads'
import { fromErrorShape, KernelscopeError } from '#shared/errors.ts'
import type { FarAddress } from '#shared/farAddress.ts'
import { RemoteEngine } from '../remote/index.ts'
import type { Client, FarHandle } from './client.ts'

/**
 * Connects a command with the engine for a workspace on another machine.
 *
 * @throws REMOTE_REFUSED, REMOTE_MISSING, REMOTE_LOST where there is no connection
 */
export async function connectFar(
  address: FarAddress,
  version: string,
  env: Record<string, string | undefined>,
): Promise<FarHandle> {
  const engine = new RemoteEngine({ address, version, env })
  const { promise: failed, reject } = Promise.withResolvers<never>()
  // It may be lost while nobody waits for it.
  failed.catch(() => undefined)
  engine.on('state', (state) => {
    if (state.state === 'failed' || (state.state === 'down' && !state.busy))
      reject(fromErrorShape(state.problem))
  })
  const ready = new Promise<{ home: string; workspace: string | null }>((resolve) =>
    engine.once('ready', resolve),
  )
  engine.start()
  try {
    const { home, workspace } = await Promise.race([ready, failed])
    const { client, close } = clientOf(engine)
    return {
      client,
      home,
      workspace,
      lost: failed,
      async close() {
        close()
        await engine.stop()
      },
    }
  } catch (error) {
    await engine.stop()
    throw error
  }
}

function clientOf(engine: RemoteEngine): { client: Client; close: () => void } {
  const port = 1
  const { port1, port2 } = new MessageChannel()
  engine.send({ type: 'connect', port })
  engine.on('rpc', ({ port: to, data }) => void (to === port && port1.postMessage(data)))
  port1.on('message', (data: string) => engine.send({ type: 'rpc', port, data }))
  port2.start()
  return { client: createORPCClient(new RPCLink({ port: port2 })), close: () => port1.close() }
}

/** @throws UNSUPPORTED where settings of this process are given: the engine there has settings of its own */
export function refuseOverrides(overrides: object): void {
  const [name] = Object.keys(overrides)
  if (name === undefined) return
  throw new KernelscopeError('UNSUPPORTED', `--${name} cannot be given for an engine on another machine`, {
    hint: 'Change the settings of its workspace, in the window.',
  })
}
