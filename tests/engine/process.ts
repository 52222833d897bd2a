import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import type { Contract } from '#shared/contract/index.ts'
import { fromEngine, type FromEngine, type ToEngine } from '#shared/engineProtocol.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = join(root, 'out/main/engine.js')

/** The built engine, which starts in half the time, where it is newer than all that it is built from; else its source. */
function newestEntry(): string {
  const made = existsSync(built) ? statSync(built).mtimeMs : 0
  const sources = globSync('{package.json,electron.vite.config.ts,src/{engine,shared}/**/*.ts}', {
    cwd: root,
  })
  return sources.every((file) => statSync(join(root, file)).mtimeMs < made)
    ? built
    : join(root, 'src/engine/main.ts')
}
let entry: string | undefined

export interface EngineProcess {
  client: ContractRouterClient<Contract>
  ready: Extract<FromEngine, { type: 'ready' }>
  child: ChildProcess
  kill(): Promise<void>
  stop(): Promise<void>
}

/**
 * The engine as the shell starts it: its own process, IPC, one relayed port.
 *
 * @param options.logs folder of its log and crash files; none when left out
 * @param options.before code that it runs before its own
 * @param options.env variables besides those of this process
 */
export async function startEngine(
  stateFile: string,
  { logs, before, env }: { logs?: string; before?: string; env?: Record<string, string> } = {},
): Promise<EngineProcess> {
  const first = before === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(before)}`]
  const args = ['--state', stateFile, ...(logs === undefined ? [] : ['--logs', logs])]
  const child = spawn(process.execPath, [...first, (entry ??= newestEntry()), ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, ...env },
  })
  const { port1, port2 } = new MessageChannel()
  const send = (message: ToEngine) => {
    if (child.connected) child.send(message)
  }
  const ready = await new Promise<EngineProcess['ready']>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the engine ended with ${code}`)))
    child.on('message', (raw) => {
      const message = fromEngine.parse(raw)
      if (message.type === 'ready') resolve(message)
      else if (message.type === 'rpc' && message.port === 1) port1.postMessage(message.data)
      else if (message.type === 'fatal') reject(new Error(message.problem.message))
    })
  })
  port1.on('message', (data: string) => send({ type: 'rpc', port: 1, data }))
  send({ type: 'connect', port: 1 })
  port2.start()
  const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port2 }))
  const ended = once(child, 'exit')
  const close = async () => {
    await ended
    port1.close()
  }
  return {
    client,
    ready,
    child,
    async kill() {
      child.kill('SIGKILL')
      await close()
    },
    async stop() {
      send({ type: 'stop' })
      await close()
    },
  }
}
