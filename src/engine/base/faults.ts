import { toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { writeCrash } from './crashFile.ts'
import type { Log } from './log.ts'

/** Time in milliseconds for telling a fault to whoever uses the engine. */
const lastWordsMs = 500

/**
 * Ends the process at an error that nobody caught: after such an error nothing can be relied upon. A crash file is left
 * beside the log, and the problem is told.
 *
 * @param tell passes the problem on, and calls back when that is done
 */
export function endOnFault(log: Log, tell: (problem: ErrorShape, told: () => void) => void): void {
  const fault = (event: string) => (error: unknown) => {
    const file = writeCrash(log, event, error)
    const { message, details = '', ...shape } = toErrorShape(error)
    const kept = file === null ? details : `${details}\n\nCrash file: ${file}`
    process.stderr.write(`${event}: ${details || message}\n`)
    const end = () => process.exit(1)
    setTimeout(end, lastWordsMs)
    tell({ ...shape, message, details: kept }, end)
  }
  process.on('uncaughtException', fault('uncaughtException'))
  process.on('unhandledRejection', fault('unhandledRejection'))
}
