import { parentPort } from 'node:worker_threads'
import { toErrorShape, type ErrorShape } from '#shared/errors.ts'
import type { FromThread, TaskStep, ToThread } from './protocol.ts'

/** Options of `answerTasks`. */
export interface AnswerOptions {
  /** Starts every task at once instead of one after the other. */
  together?: boolean
  /** Turns an error of a task into the shape that is sent to the caller. */
  problemOf?(error: unknown): ErrorShape
  /** Called after the last answer, before the thread ends. */
  end?(): void | Promise<void>
}

/**
 * Answers the tasks of a `Thread` in its worker thread, until it is closed. The signal of a task is aborted when its
 * answer is no longer needed, or when the thread is closed. A task may tell how far it has come.
 *
 * @throws Error outside a worker thread
 */
export function answerTasks<Task, Value>(
  answer: (task: Task, signal: AbortSignal, tell: (step: TaskStep) => void) => Promise<Value>,
  { together = false, problemOf = toErrorShape, end }: AnswerOptions = {},
): void {
  if (parentPort === null) throw new Error('tasks are answered only in a worker thread')
  const port = parentPort
  const running = new Map<number, { stop: AbortController; answered: Promise<void> }>()
  let last = Promise.resolve()

  const reply = async (id: number, task: Task, signal: AbortSignal): Promise<void> => {
    try {
      const tell = (step: TaskStep) => port.postMessage({ id, step } satisfies FromThread<Value>)
      const value = await answer(task, signal, tell)
      port.postMessage({ id, ok: true, value } satisfies FromThread<Value>)
    } catch (error) {
      port.postMessage({ id, ok: false, problem: problemOf(error) } satisfies FromThread<Value>)
    }
    running.delete(id)
  }
  const finish = async (): Promise<void> => {
    for (const { stop } of running.values()) stop.abort()
    await Promise.all([...running.values()].map(({ answered }) => answered))
    await end?.()
    port.close()
  }

  port.postMessage({ pong: true } satisfies FromThread<Value>)
  port.on('message', (message: ToThread<Task>) => {
    if (message === null) return void finish()
    if ('ping' in message) return port.postMessage({ pong: true } satisfies FromThread<Value>)
    if ('stop' in message) return running.get(message.stop)?.stop.abort()
    const { id, task } = message
    const stop = new AbortController()
    const work = () => reply(id, task, stop.signal)
    last = together ? work() : last.then(work)
    running.set(id, { stop, answered: last })
  })
}
