import { KernelscopeError } from '#shared/errors.ts'
import { deathText, Thread, type Death } from '../threads/thread.ts'
import type { Answers, InferenceTask, OpenTask, ReleaseTask, TimingTask } from './protocol.ts'

type Task = OpenTask | TimingTask | InferenceTask | ReleaseTask
type OwnThread = Thread<Task, Answers>

/** Threads that wait for their next session at once, at most, and how long, in milliseconds. */
const mostResting = 2
const restMs = 5000

/** Threads whose sessions were closed, each with what ends its rest. */
const resting = new Map<OwnThread, NodeJS.Timeout>()

/**
 * A worker thread for sessions of ONNX Runtime. It ends with its first death. Closed, it releases its sessions and waits a
 * while for the next ones, because starting a thread takes as long as opening a small network; but not where a task of it
 * has failed, or its sessions were on a device.
 */
export class InferenceThread {
  readonly #thread: OwnThread
  /** Whether it serves no other session. */
  #spent = false
  #closed: Promise<void> | null = null

  constructor() {
    this.#thread = rested() ?? started()
  }

  /** Whether it takes no more tasks: it has died or was closed. */
  get ended(): boolean {
    return this.#closed !== null || this.#thread.ended
  }

  /** Asks for a task. @throws its error; INFERENCE_FAILED where the thread has died or was closed */
  async ask<K extends Exclude<Task['kind'], 'release'>>(
    task: Extract<Task, { kind: K }>,
  ): Promise<Answers[K]> {
    if (this.#closed) throw lost({ error: null })
    if ('request' in task && task.request.provider !== 'cpu') this.#spent = true
    try {
      return await this.#thread.ask(task)
    } catch (error) {
      this.#spent = true
      throw error
    }
  }

  /** Waits until its tasks are answered, and releases its sessions. */
  close(): Promise<void> {
    return (this.#closed ??= this.#release())
  }

  async #release(): Promise<void> {
    if (!this.#spent && !this.#thread.ended) {
      try {
        await this.#thread.ask({ kind: 'release' })
      } catch {
        // It has died meanwhile, which leaves nothing to release.
      }
      if (!this.#spent && !this.#thread.ended && resting.size < mostResting) return rest(this.#thread)
    }
    await this.#thread.close()
  }
}

/** Ends the threads that wait for their next session. */
export async function endRestingThreads(): Promise<void> {
  const threads = [...resting.keys()]
  for (const timer of resting.values()) clearTimeout(timer)
  resting.clear()
  await Promise.all(threads.map((thread) => thread.close()))
}

function rest(thread: OwnThread): void {
  const wake = () => {
    resting.delete(thread)
    void thread.close()
  }
  resting.set(thread, setTimeout(wake, restMs).unref())
}

/** A thread that waits for its next session; undefined where there is none. */
function rested(): OwnThread | undefined {
  for (const [thread, timer] of resting) {
    clearTimeout(timer)
    resting.delete(thread)
    if (!thread.ended) return thread
  }
  return undefined
}

/** Makes a thread, which starts with its first task. */
const started = (): OwnThread =>
  new Thread<Task, Answers>({ name: 'inference', once: true, lost: (_, death) => lost(death) })

const lost = (death: Pick<Death, 'error'>) =>
  new KernelscopeError('INFERENCE_FAILED', deathText('the inference worker', death), { cause: death.error })
