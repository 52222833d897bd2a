/** A worker that dies as a native crash would: on every image named `always`, and once on those named `once`. */
import { existsSync, writeFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { answerTasks } from '#engine/images/answer.ts'
import { taskServer } from '#engine/images/serve.ts'

const serve = taskServer(0)
if (parentPort !== null) {
  answerTasks(parentPort, (task) => {
    const path = String(task.path)
    if (path.includes('always')) process.exit(139)
    if (path.includes('once') && !existsSync(`${path}.died`)) {
      writeFileSync(`${path}.died`, '')
      process.exit(139)
    }
    return serve(task)
  })
}
