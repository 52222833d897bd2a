import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { answerTasks } from '../threads/answer.ts'
import { taskServer } from './serve.ts'

/** Entry of an image worker thread. */
const { cacheBytes } = z.object({ cacheBytes: z.number() }).parse(workerData)
answerTasks(taskServer(cacheBytes))
