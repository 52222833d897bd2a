import { parentPort } from 'node:worker_threads'
import { toErrorShape } from '#shared/errors.ts'
import type { FromGraphThread, ToGraphThread } from './graphThread.ts'
import { graphTasks } from './tasks.ts'

/** Entry of the graph thread: one task after the other. */
const answer = graphTasks()
let before: Promise<void> = Promise.resolve()

parentPort?.on('message', (message: ToGraphThread) => {
  before = before.then(() => handle(message))
})

async function handle({ id, task }: ToGraphThread): Promise<void> {
  try {
    send({ id, ok: true, value: await answer(task) })
  } catch (error) {
    send({ id, ok: false, problem: toErrorShape(error) })
  }
}

function send(message: FromGraphThread): void {
  parentPort?.postMessage(message)
}
