import { RPCHandler } from '@orpc/server/message-port'
import { parseArgs } from 'node:util'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { toEngine, type FromEngine } from '#shared/engineProtocol.ts'
import { toErrorShape } from '#shared/errors.ts'
import './base/noTelemetry.ts'

// Loaded now, after telemetry was switched off: what is imported above is evaluated before all other code.
const { createEngine, router, serveBytes } = await import('./api/index.ts')

/**
 * The engine process: plain Node, started by the Electron shell. The shell relays the messages of the windows, each
 * with the number of its port. The engine ends when the shell ends.
 */
const { values } = parseArgs({ options: { state: { type: 'string' }, unkept: { type: 'string' } } })

const send = (message: FromEngine) => {
  if (process.connected) process.send?.(message)
}

async function start(): Promise<void> {
  const engine = await createEngine({
    stateFile: values.state,
    readsApart: true,
    unkeptFolder: values.unkept,
    thumbnailsAhead: true,
    checksAhead: true,
  })
  const bytes = await serveBytes(engine.session)
  const handler = new RPCHandler(router)
  const ports = new Map<number, MessagePort>()

  const connect = (id: number) => {
    const { port1, port2 } = new MessageChannel()
    port1.on('message', (data: unknown) => send({ type: 'rpc', port: id, data }))
    handler.upgrade(port2, { context: engine.context })
    port2.start()
    ports.set(id, port1)
  }
  const disconnect = (id: number) => {
    ports.get(id)?.close()
    ports.delete(id)
  }
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await engine.close()
    await bytes.close()
    process.exit(0)
  }

  process.on('message', (raw) => {
    const message = toEngine.parse(raw)
    if (message.type === 'ping') send({ type: 'pong', n: message.n })
    else if (message.type === 'connect') connect(message.port)
    else if (message.type === 'disconnect') disconnect(message.port)
    else if (message.type === 'rpc') ports.get(message.port)?.postMessage(message.data)
    else void stop()
  })
  process.on('disconnect', () => void stop())
  process.on('SIGTERM', () => void stop())
  send({ type: 'ready', socket: bytes.socket, token: bytes.token })
}

start().catch((error: unknown) => {
  send({ type: 'fatal', problem: toErrorShape(error) })
  process.exitCode = 1
  process.disconnect?.()
})
