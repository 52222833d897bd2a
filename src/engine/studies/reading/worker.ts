import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { workInBackground } from '../../base/background.ts'
import { answerTasks } from '../../threads/answer.ts'
import { readWorkspace } from '../../workspace/index.ts'
import { openSummaries } from '../images/summaries.ts'
import { answerer } from './answer.ts'
import type { ReadingTask } from './protocol.ts'

/**
 * Script of the reading threads. They only read the workspace's database, which the engine writes. Long work runs in
 * steps, between which it can be cancelled.
 */
const data = z.object({ folder: z.string(), summaries: z.string(), background: z.boolean().default(false) })
const { folder, summaries: file, background } = data.parse(workerData)
if (background) workInBackground()
const workspace = readWorkspace(folder)
const summaries = openSummaries(file)
const answer = answerer(workspace, summaries)

answerTasks((task: ReadingTask, signal) => answer(task, signal), {
  together: true,
  end() {
    workspace.close()
    summaries.close()
  },
})
