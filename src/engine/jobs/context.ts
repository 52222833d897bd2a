import type { Job, JobProgress } from '#shared/contract/index.ts'

/** What a running job can do: report its progress, and check whether it should stop. */
export interface JobContext {
  readonly job: Job
  /** Aborted when the job is paused or cancelled, or the engine stops. The job then stores its results and returns. */
  readonly signal: AbortSignal
  /** Crashes of the engine since the job last made progress: a reason to continue in smaller steps. */
  readonly crashes: number
  /** Reports that native code is about to run on the job's data. Crashes from now on are counted. */
  enterNative(): void
  report(progress: JobProgress): void
}

/** Runs one job to its end. */
export type RunJob = (context: JobContext) => Promise<void>
