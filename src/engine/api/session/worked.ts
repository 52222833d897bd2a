import type { WorkProgress } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { stoppedBy } from '../../base/stopSignal.ts'
import { Rate } from '../../jobs/index.ts'
import { stream } from './stream.ts'

/** What work is given: how to say how far it is, and a signal that is aborted where nobody waits for its result. */
export interface Work {
  signal: AbortSignal
  onProgress(done: number, total: number, unit: string, note: string): void
}

type Event<T> = WorkProgress | { type: 'result'; result: T }

/**
 * Does some work and yields its progress, with the time left of the running part, then its result. Where the reader leaves
 * early, the work is stopped and its end awaited, so that it has removed what it was making.
 */
export async function* worked<T>(
  work: (how: Work) => Promise<T>,
  signal?: AbortSignal,
): AsyncGenerator<Event<T>, void, undefined> {
  const stop = new AbortController()
  const stopped = () => stop.abort(new KernelscopeError('CANCELLED', 'it was stopped'))
  signal?.addEventListener('abort', stopped)
  let running: Promise<void> = Promise.resolve()
  try {
    const events = stream<Event<T> | { type: 'failed'; error: unknown }>(
      (push) => {
        running = stoppedBy(stop.signal, () => work({ signal: stop.signal, onProgress: timed(push) })).then(
          (result) => push({ type: 'result', result }),
          (error: unknown) => push({ type: 'failed', error }),
        )
        return stopped
      },
      signal,
      ({ type }) => type,
    )
    for await (const event of events) {
      if (event.type === 'failed') throw event.error
      yield event
      if (event.type === 'result') return
    }
  } finally {
    signal?.removeEventListener('abort', stopped)
    stopped()
    await running
  }
}

/** Tells progress with the seconds that are left of a part, measured anew for each. */
function timed(push: (progress: WorkProgress) => void): Work['onProgress'] {
  let [part, rate] = ['', new Rate()]
  return (done, total, unit, note) => {
    if (part !== note || done === 0) [part, rate] = [note, new Rate()]
    rate.mark(done)
    const secondsLeft = total > 0 ? rate.secondsLeft(total - done) : null
    push({ type: 'progress', done, total, unit, note, secondsLeft })
  }
}

/** Shortest time between two reports, in milliseconds. */
const pauseMs = 100

/** Returns a function that adds bytes and tells how many of `total` there are, now and then, in MiB. */
export function byteCounter(
  onProgress: Work['onProgress'],
  total: number,
  note: string,
): (bytes: number) => void {
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20)
  let [done, told] = [0, performance.now()]
  onProgress(0, mebibytes(total), 'MiB', note)
  return (bytes) => {
    done += bytes
    const now = performance.now()
    if (now - told < pauseMs) return
    told = now
    onProgress(Math.min(mebibytes(done), mebibytes(total)), mebibytes(total), 'MiB', note)
  }
}
