import { parentPort } from 'node:worker_threads'
import { toErrorShape } from '#shared/errors.ts'
import { draw, placement } from './drawing.ts'
import type { FromPress, PressTask, ToPress } from './press.ts'

/** Entry of the thread that draws figures. It is asked for one thing at a time. */
if (parentPort === null) throw new Error('figures/worker.ts runs only as a worker thread')
const port = parentPort

port.on('message', (task: ToPress) => {
  if (task === null) return port.close()
  void answer(task).then(
    (value) => port.postMessage({ ok: true, value } satisfies FromPress),
    (error: unknown) => port.postMessage({ ok: false, problem: toErrorShape(error) } satisfies FromPress),
  )
})

async function answer(task: PressTask) {
  return task.ask === 'draw' ? await draw(task.drawing) : placement(task.composition)
}
