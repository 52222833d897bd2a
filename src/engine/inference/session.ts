import { Worker } from 'node:worker_threads'
import { fromErrorShape, KernelscopeError } from '#shared/errors.ts'
import { workerUrl } from '../threads/url.ts'
import type {
  Answers,
  Asked,
  AttributionPart,
  Feed,
  FromWorker,
  OpenAttackRequest,
  Opening,
  OpenRequest,
  OpenTensorsRequest,
  Slice,
  ToWorker,
} from './protocol.ts'
import type { Reading } from './readout.ts'

/** A worker thread with what was opened in it. */
interface Connection {
  readonly ended: boolean
  ask<K extends Asked['type']>(asked: Extract<Asked, { type: K }>): Promise<Answers[K]>
  close(): Promise<void>
}

/** A classifier in a worker thread of its own. */
export interface Session {
  readonly request: OpenRequest
  /** The worker has died or was closed. */
  readonly ended: boolean
  /** Facts of the first `rows` images of a slice under each reading. */
  run(slice: Slice, rows: number, readings: Reading[], feeds?: Feed[]): Promise<Answers['run']>
  /** Outputs [rows, classes] themselves. */
  outputs(slice: Slice, rows: number, feeds?: Feed[]): Promise<Answers['outputs']>
  close(): Promise<void>
}

/** Opens a classifier. A provider that is not there makes this fail; nothing falls back here. */
export async function openSession(request: OpenRequest): Promise<Session> {
  const connection = await connect({ type: 'open', request })
  return {
    request,
    get ended() {
      return connection.ended
    },
    run: (slice, rows, readings, feeds = []) =>
      connection.ask({ type: 'run', ...slice, rows, readings, feeds }),
    outputs: (slice, rows, feeds = []) => connection.ask({ type: 'outputs', ...slice, rows, feeds }),
    close: connection.close,
  }
}

/** The graphs of an attack in a worker thread of their own. */
export interface AttackSession {
  readonly request: OpenAttackRequest
  /** The worker has died or was closed. */
  readonly ended: boolean
  attack(asked: Omit<Extract<Asked, { type: 'attack' }>, 'type'>): Promise<Answers['attack']>
  close(): Promise<void>
}

export async function openAttackSession(request: OpenAttackRequest): Promise<AttackSession> {
  const connection = await connect({ type: 'openAttack', request })
  return {
    request,
    get ended() {
      return connection.ended
    },
    attack: (asked) => connection.ask({ type: 'attack', ...asked }),
    close: connection.close,
  }
}

/** Any graph of float inputs in a worker thread of its own. */
export interface TensorSession {
  /** The worker has died or was closed. */
  readonly ended: boolean
  run(feeds: Feed[], outputs: string[]): Promise<Answers['tensors']>
  /** Only of a graph of `crossEntropyGradient`. */
  attribution(part: AttributionPart): Promise<Answers['attribution']>
  close(): Promise<void>
}

export async function openTensors(request: OpenTensorsRequest): Promise<TensorSession> {
  const connection = await connect({ type: 'openTensors', request })
  return {
    get ended() {
      return connection.ended
    },
    run: (feeds, outputs) => connection.ask({ type: 'tensors', feeds, outputs }),
    attribution: (part) => connection.ask({ type: 'attribution', ...part }),
    close: connection.close,
  }
}

/** Starts a worker and lets it open. */
async function connect(opening: Opening): Promise<Connection> {
  const worker = new Worker(workerUrl('inference'))
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let nextId = 1
  let dead: Error | null = null

  const opened = Promise.withResolvers<void>()
  const fail = (error: Error) => {
    dead ??= error
    opened.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'opened') opened.resolve()
    else if (message.type === 'answer') take(message.id)?.resolve(message.answer)
    else if (message.id === null) opened.reject(fromErrorShape(message.problem))
    else take(message.id)?.reject(fromErrorShape(message.problem))
  })
  worker.on('error', (cause) =>
    fail(new KernelscopeError('INFERENCE_FAILED', `the inference worker died: ${String(cause)}`, { cause })),
  )
  worker.on('exit', () => fail(new KernelscopeError('INFERENCE_FAILED', 'the inference worker ended')))
  const take = (id: number) => {
    const entry = waiting.get(id)
    waiting.delete(id)
    return entry
  }
  const post = (message: ToWorker) => {
    worker.postMessage(message)
  }

  post(opening)
  try {
    await opened.promise
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return {
    get ended() {
      return dead !== null
    },
    ask: <K extends Asked['type']>(asked: Extract<Asked, { type: K }>) =>
      new Promise<Answers[K]>((resolve, reject) => {
        if (dead) return reject(dead)
        const id = nextId++
        // The worker answers every kind of work with its own kind of answer.
        waiting.set(id, { resolve: (answer) => resolve(answer as Answers[K]), reject })
        post({ type: 'ask', id, asked })
      }),
    async close() {
      post({ type: 'close' })
      await new Promise<void>((resolve) => (dead ? resolve() : worker.once('exit', () => resolve())))
    },
  }
}
