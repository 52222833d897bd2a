import { Worker } from 'node:worker_threads'
import { workerUrl } from '#engine/threads/url.ts'
import { fromErrorShape, KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import type { Drawing, Placement } from './drawing.ts'

export type PressTask = { ask: 'draw'; drawing: Drawing } | { ask: 'layOut'; composition: Composition }
export type ToPress = PressTask | null
export type FromPress = { ok: true; value: Uint8Array | Placement } | { ok: false; problem: ErrorShape }

/** Draws figures in a thread of its own, so that a tenth of a second of drawing never holds up the engine. */
export interface Press {
  /**
   * The bytes of a drawing, the same as if it were drawn in this thread. Drawings wait for one another.
   *
   * @throws whatever drawing throws; INTERNAL where it ended the thread; CANCELLED after `close`
   */
  draw(drawing: Drawing): Promise<Uint8Array>
  /** Where the panels of a composed figure stand. */
  layOut(composition: Composition): Promise<Placement>
  /** Rejects what waits, lets the drawing at hand finish, ends the thread. */
  close(): Promise<void>
}

interface Waiting {
  task: PressTask
  resolve: (value: Uint8Array | Placement) => void
  reject: (error: Error) => void
}

/**
 * @param entry another worker entry, for tests
 */
export function createPress(entry: URL = workerUrl('figures')): Press {
  const queue: Waiting[] = []
  let worker: Worker | null = null
  let current: Waiting | null = null
  let lastError: unknown = null
  let closed = false

  const next = () => {
    if (current !== null || queue.length === 0) return
    current = queue.shift() ?? null
    worker ??= start()
    post(worker, current?.task ?? null)
  }
  const post = (to: Worker, message: ToPress) => {
    to.postMessage(message)
  }
  const settle = (reply: FromPress) => {
    const done = current
    current = null
    if (reply.ok) done?.resolve(reply.value)
    else done?.reject(fromErrorShape(reply.problem))
    next()
  }
  const start = () => {
    lastError = null
    const started = new Worker(entry, { name: 'figures' })
    started.on('message', settle)
    started.on('error', (error) => (lastError = error))
    started.on('exit', (code) => {
      worker = null
      const lost = current
      current = null
      const details = lastError instanceof Error ? String(lastError.stack) : `exit code ${code}`
      lost?.reject(
        new KernelscopeError('INTERNAL', `drawing ${nameOf(lost.task)} ended its thread`, { details }),
      )
      if (!closed) next()
    })
    return started
  }

  const run = <T extends Uint8Array | Placement>(task: PressTask) =>
    new Promise<T>((resolve, reject) => {
      if (closed) return reject(new KernelscopeError('CANCELLED', 'the engine is closing'))
      // The thread answers each kind of task with its own kind of value.
      queue.push({ task, resolve: (value) => resolve(value as T), reject })
      next()
    })

  return {
    draw: (drawing) => run({ ask: 'draw', drawing }),
    layOut: (composition) => run({ ask: 'layOut', composition }),
    async close() {
      closed = true
      for (const { reject } of queue.splice(0))
        reject(new KernelscopeError('CANCELLED', 'the engine is closing'))
      if (worker === null) return
      const ending = worker
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      post(ending, null)
      await ended
    },
  }
}

function nameOf(task: PressTask): string {
  if (task.ask === 'layOut') return task.composition.title
  const { subject } = task.drawing
  return subject.kind === 'figure' ? subject.spec.id : subject.composition.title
}
