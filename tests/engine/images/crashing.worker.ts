/**
 * A worker that dies like in a native crash: on every image named `always`, and once on images named `once`. On images named
 * `hoard` it takes memory without end.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { taskServer } from '#engine/images/serve.ts'
import type { Task } from '#engine/images/protocol.ts'
import { answerTasks } from '#engine/threads/answer.ts'

const serve = taskServer(0)
answerTasks((task: Task) => {
  const path = String(task.path)
  if (path.includes('always')) process.exit(139)
  const held: number[][] = []
  while (path.includes('hoard')) held.push(Array.from({ length: 10_000 }, (_, at) => at + 0.5))
  if (path.includes('once') && !existsSync(`${path}.died`)) {
    writeFileSync(`${path}.died`, '')
    process.exit(139)
  }
  return serve(task)
})
