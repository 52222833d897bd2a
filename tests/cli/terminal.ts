import type { Io } from '../../src/cli/io.ts'

/** A terminal that records what is written to it, with a Ctrl-C that tests can press. */
export function terminal(options: Partial<Io> = {}) {
  const stop = new AbortController()
  const written = { out: '', err: '' }
  const io: Io = {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    interactive: false,
    columns: 80,
    signal: stop.signal,
    env: {},
    cwd: process.cwd(),
    ...options,
  }
  return { io, written, interrupt: () => stop.abort() }
}
