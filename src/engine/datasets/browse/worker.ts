import Database from 'better-sqlite3'
import { workerData } from 'node:worker_threads'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { answerTasks } from '../../threads/answer.ts'
import { answerer } from './answer.ts'
import { openKeep } from './keep.ts'
import { Library } from './library.ts'
import type { BrowseTask } from './protocol.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/**
 * Entry of the browse thread: it reads the workspace beside the engine, which alone writes it. What is counted for long is
 * counted in steps, between which other requests are answered and it may be stopped.
 */
const files = z.object({ database: z.string(), keep: z.string() }).parse(workerData)
const db = new Database(files.database, { readonly: true, fileMustExist: true })
db.pragma('cache_size = -32768')
const keep = openKeep(files.keep)
const answer = answerer(new Library(db, keep))

const reply = (task: BrowseTask, signal: AbortSignal) =>
  answer(task, async () => {
    await nextTurn()
    if (signal.aborted) throw new KernelscopeError('CANCELLED', 'the request was cancelled')
  })
answerTasks(reply, {
  together: true,
  end() {
    db.close()
    keep.close()
  },
})
