import { StandardRPCHandler } from '@orpc/server/standard'
import { parseArgs } from 'node:util'
import { toEngine, type FromEngine } from '#shared/engineProtocol.ts'
import { toErrorShape } from '#shared/errors.ts'
import './base/noTelemetry.ts'
import { dropped } from './base/dropped.ts'
import { endOnFault } from './base/faults.ts'
import { Log } from './base/log.ts'
import { LogFile } from './base/logFile.ts'
import { Ports } from './ports.ts'

/**
 * The engine process: plain Node, started by the Electron shell. The shell relays the messages of the windows, each
 * with the number of its port. The engine ends when the shell ends.
 */
const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    unkept: { type: 'string' },
    logs: { type: 'string' },
    signers: { type: 'string' },
    electron: { type: 'string' },
  },
})
const log = new Log(values.logs === undefined ? null : new LogFile(values.logs))

const send = (message: FromEngine, sent: () => void = () => undefined) => {
  if (process.connected) process.send?.(message, sent)
  else sent()
}

endOnFault(log, (problem, told) => send({ type: 'fatal', problem }, told))

// Loaded now, after telemetry was switched off: what is imported above is evaluated before all other code.
const { createEngine, router, serveBytes } = await import('./api/index.ts')

async function start(): Promise<void> {
  const engine = await createEngine({
    log,
    stateFile: values.state,
    signersFile: values.signers,
    readsApart: true,
    electron: values.electron,
    unkeptFolder: values.unkept,
    thumbnailsAhead: true,
    checksAhead: true,
  })
  const bytes = await serveBytes(engine.session)
  const notOfShell = dropped(log, 'a message that the shell does not send')
  const ports = new Ports({
    handler: new StandardRPCHandler(router),
    context: engine.context,
    send: (port, data) => send({ type: 'rpc', port, data }),
    refused: dropped(log, 'a message of a window'),
  })
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await engine.close()
    await bytes.close()
    process.exit(0)
  }

  process.on('message', (raw) => {
    const { data: message, error } = toEngine.safeParse(raw)
    if (message === undefined) return notOfShell(error)
    if (message.type === 'ping') send({ type: 'pong', n: message.n })
    else if (message.type === 'connect') ports.connect(message.port)
    else if (message.type === 'disconnect') ports.disconnect(message.port)
    else if (message.type === 'rpc') ports.take(message.port, message.data)
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
