import '#engine/base/noTelemetry.ts'
import type { StartEngine } from './client.ts'
import type { Io } from './io.ts'
import { runCli } from './program.ts'
import { version } from '#engine/base/version.ts'

const interrupted = 130
const stop = new AbortController()

process.on('SIGINT', () => {
  // The second Ctrl-C does not wait for the running batch. Facts stored so far are safe.
  if (stop.signal.aborted) process.exit(interrupted)
  stop.abort()
})
process.on('SIGTERM', () => stop.abort())

// The reader of our output may close it early, as `head` does. That is not an error.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })

const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  interactive: process.stderr.isTTY === true,
  columns: process.stderr.columns ?? 80,
  signal: stop.signal,
  env: process.env,
  cwd: process.cwd(),
}

/** Loads the engine only when it is needed, because help and mistyped commands should not wait for it. */
const start: StartEngine = async (overrides) =>
  (await import('#engine/api/index.ts')).createEngine({ overrides })

process.exitCode = await runCli(process.argv.slice(2), io, start, version)
