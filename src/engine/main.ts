import { StandardRPCHandler } from '@orpc/server/standard'
import { parseArgs } from 'node:util'
import { toEngine, type FromEngine } from '#shared/engineProtocol.ts'
import { toErrorShape } from '#shared/errors.ts'
import './base/noTelemetry.ts'
import { writeCrash } from './base/crashFile.ts'
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
/** Time in milliseconds for the last message to the shell. */
const lastWordsMs = 500

const send = (message: FromEngine, sent: () => void = () => undefined) => {
  if (process.connected) process.send?.(message, sent)
  else sent()
}

/** Leaves a crash file, tells the shell, and ends: after such an error nothing can be relied upon. */
function crash(event: string, error: unknown): void {
  const file = writeCrash(log, event, error)
  const { message, details = '', ...shape } = toErrorShape(error)
  const kept = file === null ? details : `${details}\n\nCrash file: ${file}`
  process.stderr.write(`${event}: ${details || message}\n`)
  const end = () => process.exit(1)
  setTimeout(end, lastWordsMs)
  send({ type: 'fatal', problem: { ...shape, message, details: kept } }, end)
}
process.on('uncaughtException', (error) => crash('uncaughtException', error))
process.on('unhandledRejection', (error) => crash('unhandledRejection', error))

// Loaded now, after telemetry was switched off: what is imported above is evaluated before all other code.
const { createEngine, router, serveBytes } = await import('./api/index.ts')

/** Logs what was dropped: the first, the tenth, the hundredth and so on. */
function dropped(what: string): (error: unknown) => void {
  let count = 0
  return (error) => {
    count += 1
    if (/^10*$/.test(String(count)))
      log.write('warning', `${what} was dropped, number ${count}`, toErrorShape(error))
  }
}

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
  const notOfShell = dropped('a message that the shell does not send')
  const ports = new Ports({
    handler: new StandardRPCHandler(router),
    context: engine.context,
    send: (port, data) => send({ type: 'rpc', port, data }),
    refused: dropped('a message of a window'),
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
