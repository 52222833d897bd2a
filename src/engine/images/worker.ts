import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { answerTasks } from './answer.ts'
import { taskServer } from './serve.ts'

/** Entry of an image worker thread. */
if (parentPort === null) throw new Error('images/worker.ts runs only as a worker thread')
const { cacheBytes } = z.object({ cacheBytes: z.number() }).parse(workerData)
answerTasks(parentPort, taskServer(cacheBytes))
