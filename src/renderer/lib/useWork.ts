import { onScopeDispose, ref, shallowRef } from 'vue'
import type { WorkProgress } from '#shared/contract/index.ts'
import { duration, integer } from './format.ts'

type WorkEvent<T> = WorkProgress | { type: 'result'; result: T }

/** Runs work of the engine that is not a job, one at a time. It is stopped where its component goes. */
export function useWork() {
  const progress = shallowRef<WorkProgress | null>(null)
  const running = ref(false)
  let stopping = new AbortController()
  const stop = () => stopping.abort()
  onScopeDispose(stop)

  /** Returns the result of the work; undefined where it was stopped. Throws its error. */
  async function run<T>(
    open: (how: { signal: AbortSignal }) => Promise<AsyncIterable<WorkEvent<T>>>,
  ): Promise<T | undefined> {
    stop()
    const own = new AbortController()
    stopping = own
    running.value = true
    progress.value = null
    try {
      for await (const event of await open({ signal: own.signal })) {
        if (event.type === 'result') return event.result
        if (stopping === own) progress.value = event
      }
      return undefined
    } catch (thrown) {
      if (own.signal.aborted) return undefined
      throw thrown
    } finally {
      if (stopping === own) {
        running.value = false
        progress.value = null
      }
    }
  }

  return { progress, running, run, stop }
}

/** Progress in words: "Drawing figures · 2 of 5 figures · 4 s left". */
export function progressText({ done, total, unit, note, secondsLeft }: WorkProgress): string {
  const count =
    total > 0
      ? [`${integer(done)} of ${integer(total)} ${unit}`]
      : done > 0
        ? [`${integer(done)} ${unit}`]
        : []
  const left = secondsLeft == null || done >= total ? [] : [`${duration(secondsLeft)} left`]
  return [note, ...count, ...left].join(' · ')
}
