import { describe, expect, it } from 'vitest'
import type { Job } from '#shared/contract/index.ts'
import { Interrupted } from '../../src/cli/farLink.ts'
import { followJob, type JobWatch } from '../../src/cli/follow.ts'
import { describeProgress } from '../../src/cli/progress.ts'
import { terminal } from './terminal.ts'

const job = (state: Job['state'], done: number, more: Partial<Job> = {}): Job => ({
  id: 7,
  kind: 'study',
  title: 'Clean accuracy',
  studyId: 1,
  datasetId: null,
  modelId: null,
  state,
  position: 1,
  progress: {
    done,
    total: 40,
    unit: 'images',
    perSecond: 12.34,
    secondsLeft: 61,
    note: 'net on cpu',
    failed: 0,
    cacheHits: 0,
  },
  problem: null,
  createdAt: 0,
  startedAt: null,
  finishedAt: null,
  ...more,
})

/** An engine that reports these states in order. `pause` makes a waiting job paused. */
function engine(states: Job[]) {
  const paused = Promise.withResolvers<undefined>()
  const calls: number[] = []
  const client: JobWatch = {
    jobs: {
      watch: () =>
        Promise.resolve(
          (async function* () {
            for (const state of states) {
              if (state.state === 'paused') await paused.promise
              yield state
            }
          })(),
        ),
      pause: ({ id }) => {
        calls.push(id)
        paused.resolve(undefined)
        return Promise.resolve(job('running', 20))
      },
    },
  }
  return { client, calls }
}

describe('followJob', () => {
  it('returns the job when it is done, and ignores other jobs', async () => {
    const { io, written } = terminal()
    const other = job('failed', 0, { id: 8 })
    const { client } = engine([
      job('queued', 0),
      other,
      job('running', 1),
      job('running', 20),
      job('done', 40),
    ])
    expect((await followJob(client, 7, io)).job.state).toBe('done')
    expect(written.out).toBe('')
    expect(written.err.split('\n')).toEqual([
      '1/40 images  2 %  12.3 images/s  1:01 left  net on cpu',
      '20/40 images  50 %  12.3 images/s  1:01 left  net on cpu',
      '',
    ])
  })

  it('goes on where the connection was lost in between, unless it was stopped', async () => {
    const { io, interrupt } = terminal()
    let watched = 0
    const client: JobWatch = {
      jobs: {
        watch: () =>
          Promise.resolve(
            (async function* () {
              yield job('running', ++watched)
              if (watched < 3) throw new Interrupted('jobs.watch')
              yield job('done', 40)
            })(),
          ),
        pause: () => Promise.resolve(job('running', 20)),
      },
    }
    expect((await followJob(client, 7, io)).job.state).toBe('done')
    expect(watched).toBe(3)
    watched = 0
    interrupt()
    await expect(followJob(client, 7, io)).rejects.toMatchObject({ code: 'REMOTE_LOST' })
    expect(watched).toBe(1)
  })

  it('throws the error of a failed job', async () => {
    const problem = { code: 'DISK_FULL', message: 'no room', hint: 'Make room.' } as const
    const { client } = engine([job('failed', 3, { problem })])
    await expect(followJob(client, 7, terminal().io)).rejects.toMatchObject(problem)
  })

  it('pauses the job once at Ctrl-C, and ends as cancelled', async () => {
    const { io, interrupt } = terminal()
    const { client, calls } = engine([job('running', 20), job('paused', 20)])
    const following = followJob(client, 7, io)
    interrupt()
    await expect(following).rejects.toMatchObject({
      code: 'CANCELLED',
      message: expect.stringContaining('after 20 of 40 images'),
    })
    expect(calls).toEqual([7])
  })

  it('throws ENGINE_DOWN when the engine stops', async () => {
    const { client } = engine([job('running', 20)])
    await expect(followJob(client, 7, terminal().io)).rejects.toMatchObject({ code: 'ENGINE_DOWN' })
  })

  it('redraws one line on a terminal, within its width, and removes it at the end', async () => {
    const { io, written } = terminal({ interactive: true, columns: 24 })
    const { client } = engine([job('running', 1), job('running', 2), job('done', 40)])
    await followJob(client, 7, io)
    expect(written.err).not.toContain('\n')
    expect(written.err.endsWith('\r\u001b[K')).toBe(true)
    for (const line of written.err.split('\r\u001b[K')) expect(line.length).toBeLessThanOrEqual(23)
  })

  it('prints nothing with --quiet', async () => {
    const { io, written } = terminal({ interactive: true })
    const { client } = engine([job('running', 1), job('done', 40)])
    await followJob(client, 7, io, true)
    expect(written.err).toBe('')
  })

  it('leaves out unknown values', () => {
    const unknown = {
      ...job('running', 0).progress,
      total: 0,
      perSecond: null,
      secondsLeft: null,
      note: '',
      failed: 2,
    }
    expect(describeProgress(job('running', 0, { progress: unknown }))).toBe('2 failed')
    expect(describeProgress(job('running', 0, { progress: { ...unknown, failed: 0 } }))).toBe('running')
  })
})
