import type { WorkProgress } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { ProgressLine } from './progress.ts'
import type { CliSession, GlobalOptions } from './session.ts'

type MapEvent<T> = WorkProgress | { type: 'result'; result: T }

/**
 * Shows the progress of a computation and returns its result. Ctrl-C ends it between two calls of the model.
 *
 * @throws CANCELLED where it was stopped
 */
export async function followMap<T>(
  { io }: CliSession,
  { quiet }: GlobalOptions,
  open: (options: { signal: AbortSignal }) => Promise<AsyncIterable<MapEvent<T>>>,
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
  throw new KernelscopeError('CANCELLED', 'the computation ended without a result')
}
