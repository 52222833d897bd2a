import { EventEmitter } from 'node:events'
import type { ErrorShape } from '#shared/errors.ts'
import type { LogFile } from './logFile.ts'

/** A line of the log. `time` is in milliseconds since 1970. */
export interface LogLine {
  time: number
  level: 'info' | 'warning' | 'error'
  text: string
  problem?: ErrorShape
}

const kept = 500

/**
 * The engine's log. Keeps the newest 500 lines in memory, emits every line, and writes it to a file where there is one;
 * prints nothing.
 */
export class Log {
  /** The log on disk; null where it is only in memory, as in the command line. */
  readonly file: LogFile | null
  readonly #lines: LogLine[] = []
  readonly #emitter = new EventEmitter<{ line: [LogLine] }>().setMaxListeners(0)

  constructor(file: LogFile | null = null) {
    this.file = file
  }

  write(level: LogLine['level'], text: string, problem?: ErrorShape): void {
    const line: LogLine = { time: Date.now(), level, text, ...(problem ? { problem } : {}) }
    this.#lines.push(line)
    if (this.#lines.length > kept) this.#lines.shift()
    this.file?.append(logText(line))
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

const control = /[\p{Cc}\p{Cs}]/gu

/** A line as text, with the message and the details of its problem. Control characters are replaced. */
export function logText({ time, level, text, problem }: LogLine): string {
  const about = problem ? ` [${problem.code}] ${problem.message}\n${problem.details ?? ''}` : ''
  const all = `${new Date(time).toISOString()} ${level} ${text}${about}\n`
  return all.replace(control, (found) => (found === '\n' || found === '\t' ? found : '\ufffd'))
}
