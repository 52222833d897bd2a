import Database from 'better-sqlite3'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { toErrorShape } from '#shared/errors.ts'
import { answerer } from './answer.ts'
import { openKeep } from './keep.ts'
import { Library } from './library.ts'
import type { FromBrowse, ToBrowse } from './protocol.ts'

/**
 * Entry of the browse thread: it reads the workspace beside the engine, which alone writes it, and answers one request
 * after another.
 */
if (parentPort === null) throw new Error('browse/worker.ts runs only as a worker thread')
const port = parentPort
const files = z.object({ database: z.string(), keep: z.string() }).parse(workerData)
const db = new Database(files.database, { readonly: true, fileMustExist: true })
db.pragma('cache_size = -32768')
const keep = openKeep(files.keep)
const answer = answerer(new Library(db, keep))

let last: Promise<void> = Promise.resolve()
port.on('message', (message: ToBrowse | null) => {
  last = last.then(() => (message === null ? end() : reply(message)))
})

async function reply({ id, task }: ToBrowse): Promise<void> {
  const result: FromBrowse = await answer(task).then(
    (value) => ({ id, ok: true, value }),
    (error: unknown) => ({ id, ok: false, problem: toErrorShape(error) }),
  )
  port.postMessage(result)
}

function end(): void {
  db.close()
  keep.close()
  port.close()
}
