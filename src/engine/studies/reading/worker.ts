import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { answerTasks } from '../../threads/answer.ts'
import { readWorkspace } from '../../workspace/index.ts'
import { openSummaries } from '../images/summaries.ts'
import { answerer } from './answer.ts'
import type { ReadingTask } from './protocol.ts'

/**
 * Script of the reading thread. It only reads the workspace's database, which the engine writes. Long work runs in
 * steps: between two of them other requests are answered, and it can be cancelled.
 */
const { folder, summaries: file } = z.object({ folder: z.string(), summaries: z.string() }).parse(workerData)
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
