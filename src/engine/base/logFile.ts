import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'

/** Bytes after which a log file is set aside. */
const fullAt = 2 ** 20

/**
 * The log on disk: `engine.log`, and `engine.old.log` with what came before. Together they have 2 MiB at most. An error
 * of writing is swallowed, because a log must not end what it is a log of.
 */
export class LogFile {
  readonly folder: string
  readonly path: string
  #bytes: number | null = null

  /** @param folder made when the first line is written */
  constructor(folder: string) {
    this.folder = folder
    this.path = join(folder, 'engine.log')
  }

  append(text: string): void {
    try {
      this.#bytes ??= this.#begin()
      const length = Buffer.byteLength(text)
      if (this.#bytes > 0 && this.#bytes + length > fullAt) {
        renameSync(this.path, join(this.folder, 'engine.old.log'))
        this.#bytes = 0
      }
      appendFileSync(this.path, length > fullAt ? `${text.slice(0, fullAt / 4)}…\n` : text)
      this.#bytes += length
    } catch {
      // The lines are still in memory.
    }
  }

  /** Returns the end of the file; empty where there is none. */
  tail(bytes: number): string {
    try {
      const file = openSync(this.path, 'r')
      try {
        const { size } = fstatSync(file)
        const length = Math.min(size, bytes)
        const buffer = Buffer.alloc(length)
        return buffer.toString('utf8', 0, readSync(file, buffer, 0, length, size - length))
      } finally {
        closeSync(file)
      }
    } catch {
      return ''
    }
  }

  #begin(): number {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0
  }
}
