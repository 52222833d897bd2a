import { toErrorShape } from '#shared/errors.ts'
import type { Log } from './log.ts'

/** Logs what was dropped: the first, the tenth, the hundredth and so on. */
export function dropped(log: Log, what: string): (error: unknown) => void {
  let count = 0
  return (error) => {
    count += 1
    if (/^10*$/.test(String(count)))
      log.write('warning', `${what} was dropped, number ${count}`, toErrorShape(error))
  }
}
