import { Worker } from 'node:worker_threads'
import { KernelscopeError } from '#shared/errors.ts'
import { workerUrl } from '../entry.ts'
import type { Facts } from './facts.ts'
import type { Feed, FromWorker, OpenRequest, ToWorker } from './protocol.ts'

/** A session in a worker thread of its own. */
export interface Session {
  readonly request: OpenRequest
  /** The worker has died or was closed. */
  readonly ended: boolean
  /** Facts of the first `rows` images of a slice; `targets` are true classes or -1. */
  run(slice: PixelSlice, rows: number, targets: Int32Array, feeds?: Feed[]): Promise<Timed<{ facts: Facts }>>
  /** Outputs [rows, classes] themselves. */
  outputs(slice: PixelSlice, rows: number, feeds?: Feed[]): Promise<Timed<{ outputs: Float32Array }>>
  close(): Promise<void>
}

/** `batch` images of a shared buffer of uint8 [any, height, width, 3], from image `first` on. */
export interface PixelSlice {
  pixels: SharedArrayBuffer
  first: number
  batch: number
}

type Timed<T> = T & { milliseconds: number }
type Answer = Extract<FromWorker, { type: 'facts' | 'outputs' }>

/** Starts a worker and opens the graph in it. A provider that is not there makes this fail; nothing falls back here. */
export async function openSession(request: OpenRequest): Promise<Session> {
  const worker = new Worker(workerUrl('inference'))
  const waiting = new Map<number | null, { resolve(answer: Answer): void; reject(error: Error): void }>()
  let nextId = 1
  let dead: Error | null = null

  const fail = (error: Error) => {
    dead = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const opened = new Promise<void>((resolve, reject) => {
    waiting.set(null, { resolve: () => resolve(), reject })
    worker.on('message', (message: FromWorker) => {
      const key = 'id' in message ? message.id : null
      const entry = waiting.get(key)
      waiting.delete(key)
      if (message.type === 'failed') entry?.reject(fromShape(message.problem))
      else if (message.type === 'opened') resolve()
      else entry?.resolve(message)
    })
  })
  worker.on('error', (cause) =>
    fail(new KernelscopeError('INFERENCE_FAILED', `the inference worker died: ${String(cause)}`, { cause })),
  )
  worker.on('exit', () => fail(new KernelscopeError('INFERENCE_FAILED', 'the inference worker ended')))

  const ask = (
    message:
      Omit<Extract<ToWorker, { type: 'run' }>, 'id'> | Omit<Extract<ToWorker, { type: 'outputs' }>, 'id'>,
  ) =>
    new Promise<Answer>((resolve, reject) => {
      if (dead) return reject(dead)
      const id = nextId++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ ...message, id })
    })
  const close = async () => {
    worker.postMessage({ type: 'close' } satisfies ToWorker)
    await new Promise<void>((resolve) => (dead ? resolve() : worker.once('exit', () => resolve())))
  }

  worker.postMessage({ type: 'open', request } satisfies ToWorker)
  try {
    await opened
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return {
    request,
    get ended() {
      return dead !== null
    },
    close,
    async run(slice, rows, targets, feeds = []) {
      const answer = await ask({ type: 'run', ...slice, rows, targets, feeds })
      if (answer.type !== 'facts')
        throw new KernelscopeError('INTERNAL', 'the inference worker answered out of turn')
      return { facts: answer.facts, milliseconds: answer.milliseconds }
    },
    async outputs(slice, rows, feeds = []) {
      const answer = await ask({ type: 'outputs', ...slice, rows, feeds })
      if (answer.type !== 'outputs')
        throw new KernelscopeError('INTERNAL', 'the inference worker answered out of turn')
      return { outputs: answer.outputs, milliseconds: answer.milliseconds }
    },
  }
}

const fromShape = ({ code, message, hint, details }: Extract<FromWorker, { type: 'failed' }>['problem']) =>
  new KernelscopeError(code, message, { hint, ...(details === undefined ? {} : { details }) })
