import { EventEmitter } from 'node:events'
import type { ErrorShape } from '#shared/errors.ts'

export interface LogLine {
  time: number
  level: 'info' | 'warning' | 'error'
  text: string
  problem?: ErrorShape
}

const kept = 500

/** The engine's log: the newest lines are kept in memory and every line is emitted. Nothing is printed here. */
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
