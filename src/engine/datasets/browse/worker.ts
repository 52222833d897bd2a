import Database from 'better-sqlite3'
import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { answerTasks } from '../../threads/answer.ts'
import { answerer } from './answer.ts'
import { openColumnCache } from './columnCache.ts'
import { ColumnReader } from './columnReader.ts'
import type { BrowseTask } from './protocol.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/**
 * Entry of the browse thread. It only reads the workspace's database; the engine writes it. Long counts run in steps.
 * Between two steps other requests are answered, and the count can be cancelled.
 */
const files = z.object({ database: z.string(), keep: z.string() }).parse(workerData)
const db = new Database(files.database, { readonly: true, fileMustExist: true })
db.pragma('cache_size = -32768')
const cache = openColumnCache(files.keep)
const answer = answerer(new ColumnReader(db, cache))

const reply = (task: BrowseTask, signal: AbortSignal) =>
  answer(task, async () => {
    await nextTurn()
    if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the request was cancelled')
  })
answerTasks(reply, {
  together: true,
  end() {
    db.close()
    cache.close()
  },
})
