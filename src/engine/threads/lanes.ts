import { KernelscopeError } from '#shared/errors.ts'
import { deathText, isOutOfMemory, Thread, type Death } from './thread.ts'
import { Turns } from './turns.ts'
import type { WorkerName } from './url.ts'

const cancelled = 'the request was cancelled'
/** Longest computation without a pause, in milliseconds. The longest steps on millions of facts take seconds. */
const blockedMs = 300_000
/** Milliseconds after which a cancelled task that does not stop is ended. */
const stoppedMs = 30_000

/** One request of a lane is answered at a time, so that a request that is aborted while it waits costs nothing. */
const turns = () => new Turns({ depth: 1, closed: cancelled, aborted: cancelled })

/** The data of a lane's thread. */
export type LaneData = Readonly<Record<string, unknown>>

/** Options of `Lanes`. */
export interface LanesOptions<Task extends { kind: string }, Lane extends string> {
  name: WorkerName
  /** Lanes that are given the very same object share a thread. */
  lanes: Readonly<Record<Lane, LaneData>>
  /** Called once for each task, when it is asked. */
  laneOf(task: Task): Lane
  /** Lanes whose tasks run in steps beside those that share their thread. */
  inSteps?: readonly Lane[]
  /** Other limits and another script, for tests. */
  test?: { entry: URL; blockedMs: number; stoppedMs: number } | undefined
}

interface OpenLane<Task extends { kind: string }, Results extends Record<Task['kind'], unknown>> {
  turns: Turns
  thread: Thread<Task, Results>
}

/**
 * Threads that answer questions about the workspace, in lanes that do not wait for one another. A thread starts with its first
 * question. Its script runs the tasks together (`answerTasks`) and stops those that are aborted.
 */
export class Lanes<
  Task extends { kind: string },
  Results extends Record<Task['kind'], unknown>,
  Lane extends string = string,
> {
  readonly #laneOf: (task: Task) => Lane
  readonly #asked = new WeakMap<Task, Lane>()
  readonly #lanes: ReadonlyMap<Lane, OpenLane<Task, Results>>
  readonly #threads: readonly Thread<Task, Results>[]

  constructor({ name, lanes, laneOf, inSteps = [], test }: LanesOptions<Task, Lane>) {
    this.#laneOf = laneOf
    const limits = test ?? { blockedMs, stoppedMs }
    const start = (workerData: LaneData) =>
      new Thread<Task, Results>({
        name,
        entry: test?.entry,
        workerData,
        lost: (task, death) => lost(name, task.kind, death),
        watch: {
          ...limits,
          blocked: ({ kind }) => tooLong(kind, limits.blockedMs),
          stopped: () => new KernelscopeError('CANCELLED', cancelled),
          blocks: (task) => !inSteps.some((lane) => lane === this.#asked.get(task)),
        },
      })
    const named = Object.entries<LaneData>(lanes) as [Lane, LaneData][]
    const threads = new Map([...new Set(Object.values<LaneData>(lanes))].map((own) => [own, start(own)]))
    this.#threads = [...threads.values()]
    this.#lanes = new Map(
      named.flatMap(([lane, own]) => {
        const thread = threads.get(own)
        return thread ? [[lane, { turns: turns(), thread }]] : []
      }),
    )
  }

  /**
   * Runs a task in the thread.
   *
   * @throws CANCELLED where the signal is aborted or the lanes are closed
   * @throws UNSUPPORTED where the thread computes for five minutes without a pause; another one answers what waits
   * @throws OUT_OF_MEMORY where it needs more memory than a thread has
   * @throws INTERNAL where the thread died
   * @throws any error of the task
   */
  ask<K extends Task['kind']>(task: Extract<Task, { kind: K }>, signal?: AbortSignal): Promise<Results[K]> {
    return new Promise<Results[K]>((resolve, reject) => {
      // An aborted request is rejected at once; the next request waits until the thread has stopped it.
      const abort = () => reject(new KernelscopeError('CANCELLED', cancelled))
      signal?.addEventListener('abort', abort, { once: true })
      const name = this.#laneOf(task)
      const lane = this.#lanes.get(name)
      if (!lane) return reject(new Error(`there is no lane ${name}`))
      this.#asked.set(task, name)
      lane.turns
        .run(() => lane.thread.ask(task, signal), { signal })
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', abort))
    })
  }

  async close(): Promise<void> {
    for (const { turns } of this.#lanes.values()) turns.close()
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}

const tooLong = (kind: string, ms: number): KernelscopeError =>
  new KernelscopeError('UNSUPPORTED', `the answer (${kind}) takes more than ${ms / 1000} s`, {
    hint: 'Ask for less: fewer models, conditions or images. If it should be quick, report it with the details of `doctor`.',
  })

function lost(name: string, kind: string, death: Death): KernelscopeError {
  const cause = death.error
  return isOutOfMemory(death)
    ? new KernelscopeError('OUT_OF_MEMORY', `the answer (${kind}) needs more memory than a thread has`, {
        hint: 'Ask for less: fewer models, conditions or images.',
        cause,
      })
    : new KernelscopeError('INTERNAL', deathText(`the ${name} thread`, death), { cause })
}
