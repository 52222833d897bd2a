import { EventEmitter } from 'node:events'
import type { ErrorShape } from '#shared/errors.ts'

/** A line of the log. `time` is in milliseconds since 1970. */
export interface LogLine {
  time: number
  level: 'info' | 'warning' | 'error'
  text: string
  problem?: ErrorShape
}

const kept = 500

/** The engine's log. Keeps the newest 500 lines in memory and emits every line; prints nothing. */
export class Log {
  readonly #lines: LogLine[] = []
  readonly #emitter = new EventEmitter<{ line: [LogLine] }>().setMaxListeners(0)

  write(level: LogLine['level'], text: string, problem?: ErrorShape): void {
    const line: LogLine = { time: Date.now(), level, text, ...(problem ? { problem } : {}) }
    this.#lines.push(line)
    if (this.#lines.length > kept) this.#lines.shift()
    this.#emitter.emit('line', line)
  }

  lines(): readonly LogLine[] {
    return this.#lines
  }

  onLine(callback: (line: LogLine) => void): () => void {
    this.#emitter.on('line', callback)
    return () => this.#emitter.off('line', callback)
  }
}
