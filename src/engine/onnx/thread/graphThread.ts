import { Worker } from 'node:worker_threads'
import { fromErrorShape, KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { workerUrl } from '../../threads/url.ts'
import type { GraphResults, GraphTask } from './tasks.ts'

export interface ToGraphThread {
  id: number
  task: GraphTask
}

export type FromGraphThread =
  | { id: number; ok: true; value: GraphResults[GraphTask['kind']] }
  | { id: number; ok: false; problem: ErrorShape }

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** An idle thread is ended after this time; it holds the process back only while it has work. */
const idleMs = 30_000

let worker: Worker | null = null
let idle: NodeJS.Timeout | undefined
let nextId = 1
const waiting = new Map<number, Waiting>()

/**
 * Carries out a task on graphs in a thread of its own, which starts when it is needed: reading and inspecting a model
 * takes up to half a second, writing its weights seconds. Errors as the functions behind the tasks.
 */
export function onGraphThread<K extends GraphTask['kind']>(
  task: Extract<GraphTask, { kind: K }>,
): Promise<GraphResults[K]> {
  clearTimeout(idle)
  const thread = (worker ??= start())
  thread.ref()
  const id = nextId++
  return new Promise<GraphResults[K]>((resolve, reject) => {
    // The thread answers every kind of task with its own kind of result.
    waiting.set(id, { resolve: (value) => resolve(value as GraphResults[K]), reject })
    const message: ToGraphThread = { id, task }
    thread.postMessage(message)
  })
}

function start(): Worker {
  const thread = new Worker(workerUrl('graphs'))
  thread.on('message', (answer: FromGraphThread) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) asked?.resolve(answer.value)
    else asked?.reject(fromErrorShape(answer.problem))
    if (waiting.size === 0) rest(thread)
  })
  const failed = (error: Error) => {
    if (worker !== thread) return
    worker = null
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  thread.on('error', (cause) =>
    failed(new KernelscopeError('INTERNAL', `the graph thread died: ${String(cause)}`, { cause })),
  )
  thread.on('exit', () => failed(new KernelscopeError('INTERNAL', 'the graph thread ended')))
  return thread
}

function rest(thread: Worker): void {
  thread.unref()
  idle = setTimeout(() => {
    if (worker === thread) worker = null
    void thread.terminate()
  }, idleMs)
  idle.unref()
}
