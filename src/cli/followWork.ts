import type { WorkProgress } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { ProgressLine } from './progress.ts'
import type { CliSession, GlobalOptions } from './session.ts'

type WorkEvent<T> = WorkProgress | { type: 'result'; result: T }

/**
 * Shows the progress of work that is not a job and returns its result. Ctrl-C ends it at the next place where it can stop.
 *
 * @param stopped the hint where it was stopped; that it goes on where it stopped where left out
 * @throws CANCELLED where it was stopped
 */
export async function followWork<T>(
  { io }: CliSession,
  { quiet }: GlobalOptions,
  open: (options: { signal: AbortSignal }) => Promise<AsyncIterable<WorkEvent<T>>>,
  stopped?: string,
): Promise<T> {
  const line = new ProgressLine(io, quiet ?? false)
  try {
    for await (const event of await open({ signal: io.signal })) {
      if (event.type === 'result') return event.result
      line.note(event)
    }
  } finally {
    line.end()
  }
  throw new KernelscopeError(
    'CANCELLED',
    'it was stopped before there was a result',
    stopped === undefined ? {} : { hint: stopped },
  )
}
