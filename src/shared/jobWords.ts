import type { Job, JobState } from './contract/index.ts'

/** What the states of a job are called everywhere. */
const titles: Record<JobState, string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** The state of a job in a word; that of what has no job is "Not run". */
export const jobTitle = (job: Pick<Job, 'state'> | null): string => (job ? titles[job.state] : 'Not run')

/** How a job ended or where it is: a study that was stopped by its rule is done, though it has not measured all. */
export const jobEnd = (job: Pick<Job, 'state' | 'progress'>): string =>
  job.state === 'done' && job.progress.stopped ? 'Stopped early as asked' : jobTitle(job)

/** What to say of a batch that has not answered for too long; null where there is none. */
export function silentText({ state, progress }: Pick<Job, 'state' | 'progress'>): string | null {
  if (state !== 'running' || progress.silentSeconds === undefined) return null
  const minutes = Math.floor(progress.silentSeconds / 60)
  return `The running batch has not answered for ${minutes} minutes, far longer than any before.`
}

/** How much of a job is done, from 0 to 1; a job without steps is done where it has ended well. */
export const jobShare = ({ state, progress: { done, total } }: Pick<Job, 'state' | 'progress'>): number =>
  total > 0 ? done / total : state === 'done' ? 1 : 0

/** The same in whole per cent. It is 100 only where all is done. */
export const jobPercent = (job: Pick<Job, 'state' | 'progress'>): string =>
  `${Math.floor(100 * jobShare(job))} %`
