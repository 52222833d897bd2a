import type { Job } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { Interrupted } from './farLink.ts'
import type { Io } from './io.ts'
import { ProgressLine } from './progress.ts'

/** The part of the contract that is needed to follow a job. */
export interface JobWatch {
  jobs: {
    watch(input: undefined, options: { signal: AbortSignal }): Promise<AsyncIterable<Job>>
    pause(input: { id: number }, options: { signal: AbortSignal }): Promise<Job>
  }
}

export interface FollowedJob {
  job: Job
  /** Seconds for which the job ran while it was followed. */
  seconds: number
}

/**
 * Follows a job until it ends, also over a connection that is lost and comes back. Ctrl-C pauses it: it stores what it has,
 * and can be resumed from here or in the app.
 *
 * @throws the job's own code where it failed, CANCELLED where it was stopped, ENGINE_DOWN where the engine stopped
 * first
 */
export async function followJob(
  client: JobWatch,
  jobId: number,
  io: Io,
  quiet = false,
): Promise<FollowedJob> {
  const line = new ProgressLine(io, quiet)
  const watching = new AbortController()
  // The request that Ctrl-C makes is not stopped by it.
  const { signal } = new AbortController()
  const pause = () => void client.jobs.pause({ id: jobId }, { signal }).catch(() => undefined)
  if (io.signal.aborted) pause()
  io.signal.addEventListener('abort', pause)
  let started = 0
  async function end(): Promise<FollowedJob> {
    for await (const job of await client.jobs.watch(undefined, { signal: watching.signal })) {
      if (job.id !== jobId) continue
      if (job.state === 'running') started ||= performance.now()
      line.show(job)
      if (job.state === 'queued' || job.state === 'running') continue
      line.end()
      return { job: ended(job), seconds: started === 0 ? 0 : (performance.now() - started) / 1000 }
    }
    throw new KernelscopeError('ENGINE_DOWN', `the engine stopped before job ${jobId} had ended`)
  }
  try {
    return await again(end, io.signal, () => line.end())
  } finally {
    line.end()
    watching.abort()
    io.signal.removeEventListener('abort', pause)
  }
}

/**
 * Watches once more after each time that the connection was lost, until the signal is aborted.
 *
 * @param lost called when it was lost
 */
export async function again<T>(watch: () => Promise<T>, signal: AbortSignal, lost: () => void): Promise<T> {
  for (;;) {
    try {
      return await watch()
    } catch (error) {
      if (!(error instanceof Interrupted) || signal.aborted) throw error
      lost()
    }
  }
}

function ended(job: Job): Job {
  if (job.state === 'done') return job
  if (job.state === 'failed' && job.problem) {
    const { code, message, hint, details } = job.problem
    throw new KernelscopeError(code, message, { hint, ...(details === undefined ? {} : { details }) })
  }
  throw new KernelscopeError(
    'CANCELLED',
    `${job.title} was stopped after ${job.progress.done} of ${job.progress.total} ${job.progress.unit}`,
  )
}
