import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Job } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { stopSignal } from '#engine/base/stopSignal.ts'
import { getJob, JobQueue, jobsIn, noProgress, type JobContext } from '#engine/jobs/index.ts'
import { Silence } from '#engine/jobs/silence.ts'
import { createWorkspace, type Db } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

function database(): Db {
  const workspace = createWorkspace(join(temporaryFolder(), 'workspace'))
  onTestFinished(() => workspace.close())
  return workspace.db
}

function queueOn(
  db: Db,
  run: (context: JobContext) => Promise<void>,
  lost?: (error: unknown) => void,
): JobQueue {
  const queue = new JobQueue(db, run, lost)
  onTestFinished(() => queue.close())
  return queue
}

const settled = (queue: JobQueue, id: number, state: Job['state']) =>
  new Promise<Job>((resolve) => {
    const off = queue.onJob((job) => {
      if (job.id !== id || job.state !== state) return
      off()
      resolve(job)
    })
  })

/** Runs a job that counts until it is stopped. */
async function counting({ signal, report }: JobContext): Promise<void> {
  for (let done = 0; !signal.aborted; done++) {
    report({ ...noProgress, done, total: 1000 })
    await delay(5)
  }
}

const never = () => new Promise<void>(() => undefined)

const task = (title: string) => ({ kind: 'study', title }) as const

describe('the job queue', () => {
  it('starts nothing where it rests, and what is cancelled then stays so', () => {
    const db = database()
    let ran = 0
    const run = () => Promise.resolve(void ran++)
    const ended = queueOn(db, counting)
    const [left, queued] = [ended.add(task('left')), ended.add(task('queued'))]
    const queue = queueOn(db, run)
    queue.start(true)
    expect(getJob(db, left.id).state).toBe('queued')
    expect(queue.cancel(left.id).state).toBe('cancelled')
    queue.add(task('later'))
    expect(jobsIn(db, 'queued').map(({ title }) => title)).toEqual([queued.title, 'later'])
    expect(ran).toBe(0)
  })

  it('stores that queued and interrupted jobs with damaged rows failed, and runs the others', async () => {
    const db = database()
    const resting = queueOn(db, counting)
    resting.start(true)
    const ids = ['options', 'progress', 'interrupted', 'sound', 'problem'].map(
      (title) => resting.add(task(title)).id,
    )
    db.exec(`UPDATE job SET options = '[' WHERE title = 'options'; UPDATE job SET progress = '{}' WHERE title = 'progress';
      UPDATE job SET state = 'running', kind = 'brew' WHERE title = 'interrupted'; UPDATE job SET problem = '[' WHERE title = 'problem'`)
    const told: unknown[] = []
    const ran: string[] = []
    const work = ({ job }: JobContext) => Promise.resolve(void ran.push(job.title))
    const queue = queueOn(db, work, (error) => told.push(error))
    const done = settled(queue, ids[3] ?? 0, 'done')
    queue.start()
    await done
    queue.add(task('later'))
    await vi.waitFor(() => expect(ran).toEqual(['sound', 'later']))
    expect(
      db.prepare("SELECT title, json_extract(problem, '$.code') FROM job WHERE state = 'failed'").raw().all(),
    ).toEqual(['options', 'progress', 'interrupted', 'problem'].map((title) => [title, 'WORKSPACE_CORRUPT']))
    expect(told).toHaveLength(4)
    expect(() => queue.resume(ids[0] ?? 0)).toThrow(expect.objectContaining({ code: 'WORKSPACE_CORRUPT' }))
    // Of this one only the problem was damaged, which its failure replaced.
    expect(getJob(db, ids[4] ?? 0).state).toBe('failed')
  })

  it('runs jobs one after another in order', async () => {
    const order: string[] = []
    let running = 0
    const queue = queueOn(database(), async ({ job }) => {
      expect(++running).toBe(1)
      await delay(10)
      order.push(job.title)
      running--
    })
    const jobs = ['a', 'b', 'c'].map((title) => queue.add(task(title)))
    await settled(queue, jobs[2]?.id ?? 0, 'done')
    expect(order).toEqual(['a', 'b', 'c'])
  })

  it.each(['pause', 'cancel'] as const)(
    '%s ends a step that asks deep within a job for the signal; what it throws is no failure',
    async (stop) => {
      const deep = async () => {
        await delay(1)
        const signal = stopSignal()
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        throw new KernelscopeError('CANCELLED', 'deep within')
      }
      const queue = queueOn(database(), deep)
      const { id } = queue.add(task('a'))
      await delay(20)
      queue[stop](id)
      const state = stop === 'pause' ? 'paused' : 'cancelled'
      expect(await settled(queue, id, state)).toMatchObject({ problem: null })
      expect(stopSignal()).toBeUndefined()
    },
  )

  it('says how long a batch has not answered, where that is far longer than any before', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    let go = () => {}
    const queue = queueOn(database(), async ({ enterNative, report }) => {
      const step = (done: number) => report({ ...noProgress, done, total: 3 })
      enterNative()
      vi.advanceTimersByTime(4000)
      step(1)
      enterNative()
      await new Promise<void>((resolve) => (go = resolve))
      step(2)
    })
    const told: (number | undefined)[] = []
    queue.onJob(({ progress }) => told.push(progress.silentSeconds))
    const { id } = queue.add(task('a'))
    vi.advanceTimersByTime(390_000)
    expect(told.filter((seconds) => seconds !== undefined)).toEqual([])
    vi.advanceTimersByTime(30_000)
    expect(told.at(-1)).toBeGreaterThanOrEqual(400)
    go()
    expect((await settled(queue, id, 'done')).progress).toMatchObject({ done: 2 })
    expect(told.at(-1)).toBeUndefined()
  })

  it.each([
    ['before the first step, ten minutes', [], 600],
    ['after quick steps, three minutes', [100, 1000], 180],
    ['after a slow step, a hundred times as long', [100, 5000, 10], 500],
  ])('a batch is silent: %s', (_, steps, seconds) => {
    let now = 0
    const silence = new Silence(() => now)
    silence.begin()
    for (const step of steps) {
      now += step
      silence.step()
    }
    now += seconds * 1000 - 1
    expect(silence.seconds()).toBeNull()
    now += 1
    expect(silence.seconds()).toBe(seconds)
  })

  it('runs queued jobs in the order that was set, and new ones last', async () => {
    const order: string[] = []
    let go = () => {}
    const gate = new Promise<void>((resolve) => (go = resolve))
    const queue = queueOn(database(), async ({ job }) => {
      if (job.title === 'first') await gate
      order.push(job.title)
    })
    const [first, a, b, c] = ['first', 'a', 'b', 'c'].map((title) => queue.add(task(title)).id)
    const moved = queue.reorder([c ?? 0, a ?? 0, first ?? 0])
    expect(moved.map(({ id }) => id)).toEqual([c, a, b])
    const last = queue.add(task('last'))
    const done = settled(queue, last.id, 'done')
    go()
    await done
    expect(order).toEqual(['first', 'c', 'a', 'b', 'last'])
  })

  it('stores the error of a failed job and runs the next one', async () => {
    const db = database()
    const queue = queueOn(db, async ({ job }) => {
      if (job.title === 'bad') throw new KernelscopeError('DATASET_EMPTY', 'nothing here')
    })
    const bad = queue.add(task('bad'))
    const good = queue.add(task('good'))
    await settled(queue, good.id, 'done')
    expect(getJob(db, bad.id)).toMatchObject({
      state: 'failed',
      problem: { code: 'DATASET_EMPTY', message: 'nothing here' },
    })
  })

  it('pauses, resumes and cancels a running job', async () => {
    const queue = queueOn(database(), counting)
    const { id } = queue.add(task('long'))
    await delay(20)
    const paused = settled(queue, id, 'paused')
    queue.pause(id)
    expect((await paused).progress.done).toBeGreaterThan(0)
    const running = settled(queue, id, 'running')
    queue.resume(id)
    await running
    const cancelled = settled(queue, id, 'cancelled')
    queue.cancel(id)
    expect((await cancelled).finishedAt).not.toBeNull()
  })

  it('cancels the jobs to be cleared, and waits for the running one to end', async () => {
    const db = database()
    const stored: string[] = []
    const queue = queueOn(db, async (context) => {
      await counting(context)
      stored.push(context.job.title)
    })
    const jobs = ['running', 'queued', 'paused', 'other'].map((title) => queue.add(task(title)))
    queue.pause(jobs[2]?.id ?? 0)
    await queue.clear(() =>
      (['queued', 'running', 'paused'] as const)
        .flatMap((state) => jobsIn(db, state))
        .filter(({ title }) => title !== 'other'),
    )
    expect(stored).toEqual(['running'])
    expect(jobs.map(({ id }) => getJob(db, id).state)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
      'running',
    ])
  })

  it('continues where the row of the running job was deleted, and reports it', async () => {
    const db = database()
    const lost: unknown[] = []
    let go = () => {}
    const gate = new Promise<void>((resolve) => (go = resolve))
    const work = async ({ job, report }: JobContext) => {
      if (job.title !== 'first') return
      await gate
      report({ ...noProgress, done: 1, total: 1 })
    }
    const queue = queueOn(db, work, (error) => lost.push(error))
    const [first, next] = ['first', 'next'].map((title) => queue.add(task(title)).id)
    const ended = settled(queue, first ?? 0, 'failed')
    const done = settled(queue, next ?? 0, 'done')
    db.prepare('DELETE FROM job WHERE id = ?').run(first)
    go()
    expect((await ended).problem?.code).toBe('JOB_NOT_FOUND')
    await done
    expect(lost).toEqual([expect.objectContaining({ code: 'JOB_NOT_FOUND' })])
  })

  it('refuses changes that the state of a job does not allow', async () => {
    const queue = queueOn(database(), async () => undefined)
    const { id } = queue.add(task('short'))
    await settled(queue, id, 'done')
    expect(() => queue.pause(id)).toThrow(expect.objectContaining({ code: 'JOB_STATE' }))
    expect(() => queue.resume(id)).toThrow(expect.objectContaining({ code: 'JOB_STATE' }))
    expect(() => queue.cancel(12345)).toThrow(expect.objectContaining({ code: 'JOB_NOT_FOUND' }))
  })

  it('queues a job again where the engine stopped while it was running', async () => {
    const db = database()
    const first = new JobQueue(db, counting)
    const { id } = first.add(task('long'))
    await first.close()
    expect(getJob(db, id).state).toBe('queued')
    const second = queueOn(db, async () => undefined)
    const done = settled(second, id, 'done')
    second.start()
    await done
  })

  it('passes to a job the number of crashes in flight without progress', async () => {
    const db = database()
    const seen: number[] = []
    const deadly = async ({ crashes, enterNative }: JobContext) => {
      seen.push(crashes)
      enterNative()
      await never()
    }
    new JobQueue(db, deadly).add(task('deadly'))
    for (let death = 0; death < 3; death++) new JobQueue(db, deadly).start()
    expect(seen).toEqual([0, 1, 2, 3])
  })

  it('forgets the crashes of a failed job that someone tries again', async () => {
    const db = database()
    const seen: number[] = []
    const failing = async ({ crashes, enterNative }: JobContext) => {
      seen.push(crashes)
      if (crashes === 1) throw new Error('ended too often')
      enterNative()
      if (seen.length < 3) await never()
    }
    const { id } = new JobQueue(db, failing).add(task('deadly'))
    const second = queueOn(db, failing)
    const failed = settled(second, id, 'failed')
    second.start()
    await failed
    const done = settled(second, id, 'done')
    second.resume(id)
    await done
    expect(seen).toEqual([0, 1, 0])
  })

  it('does not count crashes before the job was in flight', () => {
    const db = database()
    const seen: number[] = []
    const opening = async ({ crashes }: JobContext) => {
      seen.push(crashes)
      await never()
    }
    new JobQueue(db, opening).add(task('slow to open'))
    for (let death = 0; death < 3; death++) new JobQueue(db, opening).start()
    expect(seen).toEqual([0, 0, 0, 0])
  })

  it('resets the number of crashes after progress', async () => {
    const db = database()
    const seen: number[] = []
    const { id } = new JobQueue(db, never).add(task('slow'))
    for (let death = 0; death < 3; death++) {
      const moving = new JobQueue(db, async ({ report, crashes, enterNative }) => {
        seen.push(crashes)
        enterNative()
        report({ ...noProgress, done: death })
        await delay(250)
        report({ ...noProgress, done: death + 1 })
        await never()
      })
      const moved = new Promise<void>((resolve) => {
        const off = moving.onJob(({ progress }) => {
          if (progress.done !== death + 1) return
          off()
          resolve()
        })
      })
      moving.start()
      await moved
    }
    expect(seen).toEqual([0, 1, 1])
    expect(getJob(db, id).state).toBe('running')
  })
})
