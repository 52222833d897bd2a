import type { Study, Stopped } from '#shared/contract/index.ts'

/** Why the last run of a study ended before its end, as its job says; null where it was not asked to. */
export function stoppedOf({ job }: Pick<Study, 'job'>): Stopped | null {
  const reason = job?.progress.stopped
  return job?.state === 'done' && reason && job.until ? { rule: job.until, reason } : null
}
