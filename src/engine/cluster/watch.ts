import { EventEmitter } from 'node:events'
import { rm } from 'node:fs/promises'
import type { ClusterProfile, ClusterRun } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import type { Log } from '../base/log.ts'
import { temporaryFolder } from '../base/temporary.ts'
import type { Db } from '../workspace/index.ts'
import type { Missed } from './advance.ts'
import { hostOf, type Host } from './host/index.ts'
import { endOf, endTasks, lookAfter, type Looking } from './look.ts'
import { jobName } from './paths.ts'
import { quoted } from './quote.ts'
import { askCommand, readAnswer, type Seen } from './queue.ts'
import {
  getOpenRun,
  getRun,
  hasOpenRuns,
  listRuns,
  openRuns,
  setNote,
  setRunState,
  type OpenRun,
} from './store/runs.ts'
import { unitsIn } from './store/units.ts'
import { submitWaiting } from './submit.ts'

/** Seconds between two looks at the queue. */
export const secondsBetweenLooks = (otherwise = 60): number =>
  Number(process.env['KERNELSCOPE_CLUSTER_SECONDS'] ?? otherwise)
/** Looks at the files of a run between two at the queue, where that needs no connection. */
const looksAtFiles = 12
const day = 24 * 60 * 60 * 1000

/** What a watch works with. */
export type WatchWork = Pick<Looking, 'db' | 'take' | 'halves' | 'giveUp'> & {
  log: Log
  /** The profiles of the person. */
  profiles: () => ClusterProfile[]
}

/**
 * Looks after the runs of a workspace while it is open: asks each cluster once a minute how all runs are, merges packs as
 * they arrive, submits again what is to be tried again. All is stored first, so that whoever opens the workspace next goes on.
 */
export class ClusterWatch {
  readonly #work: WatchWork
  readonly #db: Db
  readonly #emitter = new EventEmitter<{ run: [ClusterRun] }>().setMaxListeners(0)
  readonly #closing = new AbortController()
  readonly #missed: Missed = new Map()
  #timer: NodeJS.Timeout | null = null
  #started = false
  #looks = 0
  /** Settles when the last look is over; looks wait for one another. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(work: WatchWork) {
    this.#work = work
    this.#db = work.db
  }

  /** Looks from now on. Where no run is open, it waits until one is. */
  start(): void {
    if (this.#started) return
    this.#started = true
    if (hasOpenRuns(this.#db)) this.#later(1)
  }

  /** Calls back with every change of a run. Returns a function that ends this. */
  onRun(callback: (run: ClusterRun) => void): () => void {
    this.#emitter.on('run', callback)
    return () => this.#emitter.off('run', callback)
  }

  /** Submits what a run has waiting, and asks for its state now. */
  async refresh(id: number): Promise<ClusterRun> {
    await this.#inTurn(() => this.#lookAt([getOpenRun(this.#db, id, this.#work.profiles())], true))
    if (this.#started) this.#later(secondsBetweenLooks() / looksAtFiles)
    return getRun(this.#db, id)
  }

  /**
   * Cancels what SLURM has of a run. It is over once SLURM says so.
   *
   * @throws CLUSTER_RUN where there is no such run; UNSUPPORTED where its host cannot be reached
   */
  async cancel(id: number): Promise<ClusterRun> {
    return this.#inTurn(async () => {
      const run = getOpenRun(this.#db, id, this.#work.profiles())
      if (isOver(run)) return getRun(this.#db, id)
      setRunState(this.#db, id, 'cancelling')
      await endTasks(hostOf(run.profile), this.#db, run, this.#closing.signal)
      await this.#lookAt([getOpenRun(this.#db, id, this.#work.profiles())], true)
      return getRun(this.#db, id)
    })
  }

  /** Cancels all runs of a study that are not over. What cannot be reached now is cancelled at the next look. */
  async cancelAllOf(studyId: number): Promise<void> {
    for (const { id, finishedAt } of listRuns(this.#db, studyId))
      if (finishedAt === null)
        await this.cancel(id).catch((error: unknown) =>
          this.#work.log.write(
            'warning',
            'a run on a cluster could not be cancelled yet',
            toErrorShape(error),
          ),
        )
  }

  /** Ends the running look; what it has merged stays. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#closing.abort(new KernelscopeError('CANCELLED', 'the workspace is being closed'))
    await this.#turn
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  #later(seconds: number): void {
    if (this.#closing.signal.aborted) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      void this.#inTurn(() => this.#look()).then((left) => {
        if (left) this.#later(secondsBetweenLooks() / looksAtFiles)
      })
    }, 1000 * seconds)
  }

  /** Looks at all open runs. Returns whether any is still open. Never rejects. */
  async #look(): Promise<boolean> {
    const runs = openRuns(this.#db, this.#work.profiles(), (id) => this.#tell(id))
    const queue = this.#looks++ % looksAtFiles === 0
    for (const host of new Set(runs.map(({ profile }) => profile.host))) {
      if (host !== null && !queue) continue
      const own = runs.filter(({ profile }) => profile.host === host)
      await this.#lookAt(own, queue).catch((error: unknown) => {
        if (!this.#closing.signal.aborted)
          this.#work.log.write('warning', 'runs on a cluster could not be looked after', toErrorShape(error))
      })
    }
    return hasOpenRuns(this.#db)
  }

  /** @param queue whether SLURM is asked, and what waits is submitted; otherwise only files are looked for */
  async #lookAt(runs: readonly OpenRun[], queue: boolean): Promise<void> {
    const [first] = runs
    if (!first) return
    const host = hostOf(first.profile)
    const { signal } = this.#closing
    const seen = await this.#ask(host, runs, queue).catch((error: unknown) => {
      signal.throwIfAborted()
      for (const run of runs) this.#note(run, toErrorShape(error).message)
      return null
    })
    if (!seen) return
    const temporary = temporaryFolder('cluster')
    try {
      for (const run of runs) await this.#advance(host, run, seen, queue, temporary)
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }

  async #ask(host: Host, runs: readonly OpenRun[], queue: boolean): Promise<Seen> {
    const names = queue ? runs.flatMap((run) => namesOf(this.#db, run)) : []
    const folders = runs.map(({ folder }) => folder)
    const oldest = Math.min(...runs.map(({ createdAt }) => createdAt))
    const days = Math.ceil((Date.now() - oldest) / day) + 1
    const { out } = await host.run(askCommand({ names, folders, days }), { signal: this.#closing.signal })
    return readAnswer(out, folders)
  }

  async #advance(host: Host, run: OpenRun, seen: Seen, queue: boolean, temporary: string): Promise<void> {
    const { signal } = this.#closing
    const asked = queue && namesOf(this.#db, run).length > 0
    try {
      const looking = { ...this.#work, temporary, signal }
      let changed = await lookAfter(host, run, seen, this.#missed, looking)
      let note = asked && seen.tasks === null ? `SLURM does not answer: ${seen.problem}` : null
      if (!seen.folders.has(run.folder)) note = `the folder of the run is not there: ${run.folder}`
      else if (queue && note === null && run.state !== 'cancelling')
        note = await submitWaiting(this.#db, host, run, signal)
      changed = (queue && setNote(this.#db, run.id, note)) || changed
      const over = endOf(this.#db, run, getRun(this.#db, run.id).problem)
      if (over) await this.#end(host, run, over)
      if (changed || over || queue) this.#tell(run.id)
    } catch (error) {
      signal.throwIfAborted()
      const shape = toErrorShape(error)
      if (shape.code === 'CLUSTER_FAILING') {
        setRunState(this.#db, run.id, 'cancelling', shape)
        await endTasks(host, this.#db, run, signal)
        const over = endOf(this.#db, getOpenRun(this.#db, run.id, this.#work.profiles()), shape)
        if (over) await this.#end(host, run, over)
      } else this.#note(run, shape.message)
      this.#tell(run.id)
    }
  }

  /** Stores the end of a run. The folder of one that is done has served its purpose; logs of others are kept. */
  async #end(host: Host, run: OpenRun, state: ClusterRun['state']): Promise<void> {
    const { problem } = getRun(this.#db, run.id)
    setRunState(this.#db, run.id, state, problem)
    if (state === 'done') await host.run(`rm -rf ${quoted(run.folder)}`).catch(() => undefined)
  }

  #note(run: OpenRun, note: string): void {
    if (setNote(this.#db, run.id, note)) this.#tell(run.id)
  }

  #tell(id: number): void {
    this.#emitter.emit('run', getRun(this.#db, id))
  }
}

/** Names of the arrays of a run that SLURM may have. */
const namesOf = (db: Db, run: OpenRun): string[] => {
  const numbers = unitsIn(db, run.id, ['queued', 'running']).flatMap(
    ({ attempts }) => attempts.at(-1)?.submission ?? [],
  )
  return [...new Set(numbers)].map((number) => jobName(run.token, number))
}

const isOver = ({ state }: OpenRun): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled'
