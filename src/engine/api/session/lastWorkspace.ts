import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { toErrorShape } from '#shared/errors.ts'
import type { Log } from '../../base/log.ts'
import { writeWhole } from '../../base/wholeFile.ts'

const stateSchema = z.object({ workspace: z.string().nullable(), readOnly: z.boolean().default(false) })

/** The folder of a workspace, and whether it was opened to be read only. */
interface Last {
  path: string
  readOnly: boolean
}

/** The workspace that was open last, kept in a file; not kept without a file. */
export class LastWorkspace {
  readonly #file: string | undefined
  readonly #log: Log

  constructor(file: string | undefined, log: Log) {
    this.#file = file
    this.#log = log
  }

  /** Whether there is a file to keep it in. */
  get isKept(): boolean {
    return this.#file !== undefined
  }

  /**
   * Reads it; null where none was open, or at a first start.
   *
   * @throws any error of a file that is there and cannot be read
   */
  async read(): Promise<Last | null> {
    if (this.#file === undefined) return null
    try {
      const { workspace, readOnly } = stateSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')))
      return workspace === null ? null : { path: workspace, readOnly }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    }
  }

  /** Stores it. Errors are only logged. */
  async remember(last: Last | null): Promise<void> {
    if (this.#file === undefined) return
    try {
      await writeWhole(
        this.#file,
        JSON.stringify({ workspace: last?.path ?? null, ...(last?.readOnly ? { readOnly: true } : {}) }),
      )
    } catch (error) {
      this.#log.write('warning', 'the open workspace is not remembered', toErrorShape(error))
    }
  }
}
