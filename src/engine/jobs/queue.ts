import { EventEmitter } from 'node:events'
import type { Job, JobState } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { stoppedBy } from '../base/stopSignal.ts'
import { asWorkspaceError, type Db, type OnDamaged } from '../workspace/index.ts'
import type { RunJob } from './context.ts'
import { failingDamaged } from './damaged.ts'
import { progressReporter } from './reporter.ts'
import {
  countCrash,
  crashesOf,
  forgetCrashes,
  getJob,
  insertJob,
  jobsIn,
  reorderJobs,
  setInFlight,
  setJobState,
  type NewJob,
} from './store.ts'

type StopReason = 'pause' | 'cancel' | 'shutdown'

const stateAfterStop: Record<StopReason, JobState> = {
  pause: 'paused',
  cancel: 'cancelled',
  shutdown: 'queued',
}

/**
 * Runs the jobs of one workspace one after another, in the order of the queue. Stores every change of state first, so a
 * job that was running when the engine died is queued again at the next start.
 */
export class JobQueue {
  readonly #db: Db
  readonly #run: RunJob
  readonly #lost: (error: unknown) => void
  readonly #failDamaged: OnDamaged
  /** Stores the ends of jobs that could not be stored when they ended. */
  readonly #unstored = new Map<number, () => void>()
  readonly #emitter = new EventEmitter<{ job: [Job] }>().setMaxListeners(0)
  #running: { id: number; abort: AbortController; finished: Promise<void> } | null = null
  #closed = false
  #rests = false

  /** @param lost called with errors that could not be stored and that no caller waits for, and with damaged jobs */
  constructor(db: Db, run: RunJob, lost: (error: unknown) => void = () => undefined) {
    this.#db = db
    this.#run = run
    this.#lost = lost
    this.#failDamaged = failingDamaged(db, lost)
  }

  /**
   * Queues interrupted jobs again and starts the first job.
   *
   * @param rests whether none is started, now and later, so that the queue can be looked at and changed
   */
  start(rests = false): void {
    this.#rests = rests
    for (const job of jobsIn(this.#db, 'running', rests ? undefined : this.#failDamaged)) {
      countCrash(this.#db, job.id)
      setJobState(this.#db, job.id, 'queued')
    }
    this.#next()
  }

  /** Adds a job to the end of the queue. A function stores what it is of, in one transaction with the job. */
  add(job: NewJob | (() => NewJob)): Job {
    const insert = () => insertJob(this.#db, typeof job === 'function' ? job() : job)
    const added = this.#db.transaction(insert)()
    this.#added([added])
    return added
  }

  /** Adds jobs in one transaction with what they are of, which `store` stores. */
  addAll(store: () => NewJob[]): void {
    this.#added(this.#db.transaction(() => store().map((job) => insertJob(this.#db, job)))())
  }

  /**
   * Pauses a queued or running job.
   *
   * @throws JOB_NOT_FOUND, JOB_STATE where the job does not exist or has another state
   */
  pause(id: number): Job {
    return this.#stop(id, 'pause', ['queued', 'running'])
  }

  /**
   * Cancels a queued, running or paused job.
   *
   * @throws JOB_NOT_FOUND, JOB_STATE where the job does not exist or has another state
   */
  cancel(id: number): Job {
    return this.#stop(id, 'cancel', ['queued', 'running', 'paused'])
  }

  /**
   * Cancels the jobs that `open` lists until it lists none, and waits until the running one has stored its results.
   * Then what the jobs work on can be deleted.
   */
  async clear(open: () => readonly Job[]): Promise<void> {
    for (let jobs = open(); jobs.length > 0; jobs = open()) {
      const running = jobs.find(({ id }) => id === this.#running?.id)
      // A queued job would start when the running one ends.
      for (const { id } of jobs) if (id !== running?.id) this.#set(id, 'cancelled')
      if (!running) continue
      this.cancel(running.id)
      await this.#running?.finished
    }
  }

  /**
   * Queues a paused, failed or cancelled job again.
   *
   * @throws JOB_NOT_FOUND, JOB_STATE where the job does not exist or has another state
   */
  resume(id: number): Job {
    const { state } = this.#expect(id, ['paused', 'failed', 'cancelled'])
    // Someone has seen why it failed, and tries again.
    if (state === 'failed') forgetCrashes(this.#db, id)
    const job = this.#set(id, 'queued')
    this.#next()
    return job
  }

  /** Puts the queued jobs `ids` first, in this order; the other queued jobs follow. Returns all of them. */
  reorder(ids: readonly number[]): Job[] {
    const jobs = reorderJobs(this.#db, ids)
    for (const job of jobs) this.#emitter.emit('job', job)
    return jobs
  }

  /** Calls back with every change of a job. Returns a function that ends this. */
  onJob(callback: (job: Job) => void): () => void {
    this.#emitter.on('job', callback)
    return () => this.#emitter.off('job', callback)
  }

  /** Stops the running job and waits until it has stored its results. It stays queued for the next start. */
  async close(): Promise<void> {
    this.#closed = true
    this.#running?.abort.abort('shutdown' satisfies StopReason)
    await this.#running?.finished
    for (const id of [...this.#unstored.keys()]) this.#storeEnd(id)
  }

  #added(jobs: readonly Job[]): void {
    for (const job of jobs) this.#emitter.emit('job', job)
    this.#next()
  }

  #stop(id: number, reason: 'pause' | 'cancel', from: JobState[]): Job {
    const job = this.#expect(id, from)
    if (this.#running?.id !== id) return this.#set(id, stateAfterStop[reason])
    this.#running.abort.abort(reason satisfies StopReason)
    return job
  }

  #expect(id: number, states: JobState[]): Job {
    this.#storeEnd(id)
    const job = getJob(this.#db, id)
    if (states.includes(job.state)) return job
    throw new KernelscopeError('JOB_STATE', `job ${id} is ${job.state}; it must be ${states.join(' or ')}`)
  }

  /** Stores how a job ended, where that was not possible before. */
  #storeEnd(id: number): void {
    const store = this.#unstored.get(id)
    this.#unstored.delete(id)
    try {
      store?.()
    } catch (error) {
      if (store) this.#unstored.set(id, store)
      this.#lost(error)
    }
  }

  #set(id: number, state: JobState, error?: unknown): Job {
    const job = setJobState(this.#db, id, state, error === undefined ? null : toErrorShape(error))
    this.#emitter.emit('job', job)
    return job
  }

  #next(): void {
    if (this.#closed || this.#rests || this.#running) return
    const [job] = jobsIn(this.#db, 'queued', this.#failDamaged)
    if (!job) return
    const abort = new AbortController()
    const finished = this.#execute(this.#set(job.id, 'running'), abort).then(() => {
      this.#running = null
      try {
        this.#next()
      } catch (error) {
        // The next job stays queued. It starts when a job is added, or at the next start of the engine.
        this.#lost(error)
      }
    })
    this.#running = { id: job.id, abort, finished }
  }

  /** Runs a job and stores how it ended. Never rejects. */
  async #execute(job: Job, abort: AbortController): Promise<void> {
    const reporter = progressReporter(this.#db, job.id, (moved) => this.#emitter.emit('job', moved))
    let [state, problem]: [JobState, unknown] = ['done', undefined]
    let inFlight = false
    try {
      const context = {
        job,
        signal: abort.signal,
        crashes: crashesOf(this.#db, job.id),
        enterNative: () => {
          // Stored once: nothing takes it back while the job runs.
          if (!inFlight) setInFlight(this.#db, job.id, true)
          inFlight = true
          reporter.enterNative()
        },
        report: reporter.report,
      }
      await stoppedBy(abort.signal, () => this.#run(context))
    } catch (error) {
      ;[state, problem] = ['failed', asWorkspaceError(error, this.#db.name)]
    }
    // What was stopped in the middle of a step says that it was cancelled.
    const stopped = abort.signal.aborted && (state === 'done' || toErrorShape(problem).code === 'CANCELLED')
    if (stopped) [state, problem] = [stateAfterStop[abort.signal.reason as StopReason], undefined]
    const store = () => {
      reporter.end()
      setInFlight(this.#db, job.id, false)
      this.#set(job.id, state, problem)
    }
    try {
      store()
    } catch (error) {
      // The job's row was deleted, or the disk is full: its end is emitted now, and stored when someone asks for the job.
      this.#unstored.set(job.id, store)
      this.#lost(error)
      this.#emitter.emit('job', {
        ...job,
        state: 'failed',
        problem: toErrorShape(problem ?? error),
        finishedAt: Date.now(),
      })
    }
  }
}
