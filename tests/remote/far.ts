import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { afterAll } from 'vitest'
import { runningEngines } from '#engine/serve/running.ts'
import { version } from '#engine/base/version.ts'
import type { EngineState } from '#shared/bridge.ts'
import type { Contract } from '#shared/contract/index.ts'
import { parseFarAddress } from '#shared/farAddress.ts'
import { RemoteEngine, type RemoteEngineOptions } from '../../src/remote/index.ts'

export const program = join(import.meta.dirname, '../../bin/kernelscope')

/** A folder with a short path: sockets lie in it. Removed after the tests, and the engines in it are ended. */
export function farFolder(): { folder: string; env: Record<string, string | undefined> } {
  const folder = mkdtempSync(join(tmpdir(), 'ks-far-'))
  const run = join(folder, 'run')
  afterAll(async () => {
    for (const { pid } of runningEngines(run)) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  const env = { ...process.env, KERNELSCOPE_RUN: run, XDG_STATE_HOME: join(folder, 'state') }
  return { folder, env }
}

/** An engine through `serve --stdio`, as ssh would start it, and a client of it. */
export function farEngine(
  env: Record<string, string | undefined>,
  options: Partial<RemoteEngineOptions> = {},
) {
  const engine = new RemoteEngine({
    address: parseFarAddress('ssh://lab'),
    version,
    env,
    command: { file: program, args: ['serve', '--stdio'] },
    waitsMs: [50],
    ...options,
  })
  const states: EngineState[] = []
  engine.on('state', (state) => states.push(state))
  afterAll(() => engine.stop())
  const is = (wanted: EngineState['state']) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (engine.state.state !== wanted) return
        engine.off('state', look)
        resolve()
      }
      engine.on('state', look)
      look()
    })
  let next = 1
  /** A client over a new port. */
  const client = () => {
    const { port1, port2 } = new MessageChannel()
    const port = next++
    engine.send({ type: 'connect', port })
    engine.on('rpc', (message) => void (message.port === port && port1.postMessage(message.data)))
    port1.on('message', (data: string) => engine.send({ type: 'rpc', port, data }))
    port1.unref()
    port2.start()
    const made: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port2 }))
    return made
  }
  return { engine, states, is, client }
}
