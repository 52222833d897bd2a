import { Thread } from '#engine/threads/thread.ts'
import type { Results, Task } from './asked.worker.ts'

/** A program that sends one task to a thread and does not close it. */
const thread = new Thread<Task, Results>({
  name: 'images',
  entry: new URL('./asked.worker.ts', import.meta.url),
  lost: () => new Error('lost'),
})
process.stdout.write(String(await thread.ask({ kind: 'double', value: 21 })))
