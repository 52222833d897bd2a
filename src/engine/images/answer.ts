import type { MessagePort } from 'node:worker_threads'
import { toErrorShape } from '#shared/errors.ts'
import type { FromWorker, Results, Task, ToWorker } from './protocol.ts'

/** Answers the pool's tasks on `port` in the order they come, one at a time, until the pool asks to end. */
export function answerTasks(port: MessagePort, serve: (task: Task) => Promise<Results[Task['kind']]>): void {
  let last = Promise.resolve()
  const answer = async (message: ToWorker) => {
    if (message === null) return port.close()
    const { id, task } = message
    const reply: FromWorker = await serve(task).then(
      (value) => ({ id, ok: true, value }),
      (error: unknown) => ({ id, ok: false, problem: toErrorShape(error) }),
    )
    port.postMessage(reply)
  }
  port.on('message', (message: ToWorker) => {
    last = last.then(() => answer(message))
  })
}
