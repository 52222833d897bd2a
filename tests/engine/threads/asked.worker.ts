import { threadId } from 'node:worker_threads'
import { answerTasks } from '#engine/threads/answer.ts'
import { KernelscopeError } from '#shared/errors.ts'

/** Tasks of the thread of these tests. */
export type Task =
  | { kind: 'thread' }
  | { kind: 'double'; value: number; after?: 'release' }
  | { kind: 'release' }
  | { kind: 'untilStopped' }
  | { kind: 'fail' }
  | { kind: 'send'; what: 'function' }
  | { kind: 'throw' }
  | { kind: 'exit' }
  /** Computes without end. */
  | { kind: 'block' }
  /** Takes memory without end. */
  | { kind: 'hoard' }

export interface Results {
  thread: number
  double: number
  release: undefined
  untilStopped: 'stopped'
  fail: never
  send: unknown
  throw: never
  exit: never
  block: never
  hoard: never
}

const released = Promise.withResolvers<void>()

answerTasks(
  async (task: Task, signal) => {
    switch (task.kind) {
      case 'thread':
        return threadId
      case 'double':
        if (task.after) await released.promise
        return task.value * 2
      case 'release':
        return released.resolve()
      case 'untilStopped':
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return 'stopped'
      case 'fail':
        throw new KernelscopeError('USAGE', 'not like this', { hint: 'Like that.', details: 'in full' })
      case 'send':
        return () => 'cannot cross'
      case 'throw':
        setImmediate(() => {
          throw new Error('a fault')
        })
        return new Promise(() => undefined)
      case 'exit':
        process.exit(7)
      case 'block':
        for (;;);
      case 'hoard': {
        const held: number[][] = []
        for (;;) held.push(Array.from({ length: 10_000 }, (_, at) => at + 0.5))
      }
    }
  },
  { together: true },
)
