import Database from 'better-sqlite3'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { answerer } from './answer.ts'
import { openKeep } from './keep.ts'
import { Library } from './library.ts'
import type { BrowseTask, FromBrowse, ToBrowse } from './protocol.ts'

/**
 * Entry of the browse thread: it reads the workspace beside the engine, which alone writes it. What is counted for long is
 * counted in steps, between which other requests are answered and it may be stopped.
 */
if (parentPort === null) throw new Error('browse/worker.ts runs only as a worker thread')
const port = parentPort
const files = z.object({ database: z.string(), keep: z.string() }).parse(workerData)
const db = new Database(files.database, { readonly: true, fileMustExist: true })
db.pragma('cache_size = -32768')
const keep = openKeep(files.keep)
const answer = answerer(new Library(db, keep))

const running = new Map<number, Promise<void>>()
const stopped = new Set<number>()
port.on('message', (message: ToBrowse | null) => {
  if (message === null) void end()
  else if (!('stop' in message)) running.set(message.id, reply(message.id, message.task))
  else if (running.has(message.stop)) stopped.add(message.stop)
})

async function reply(id: number, task: BrowseTask): Promise<void> {
  const pause = async () => {
    await nextTurn()
    if (stopped.has(id)) throw new KernelscopeError('CANCELLED', 'the request was cancelled')
  }
  const result: FromBrowse = await answer(task, pause).then(
    (value) => ({ id, ok: true, value }),
    (error: unknown) => ({ id, ok: false, problem: toErrorShape(error) }),
  )
  running.delete(id)
  stopped.delete(id)
  port.postMessage(result)
}

async function end(): Promise<void> {
  for (const id of running.keys()) stopped.add(id)
  await Promise.all(running.values())
  db.close()
  keep.close()
  port.close()
}
