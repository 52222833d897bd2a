export type { JobContext } from './context.ts'
export { JobQueue } from './queue.ts'
export { Rate } from './rate.ts'
export type { NewJob } from './store.ts'
export {
  clearFinishedJobs,
  getJob,
  insertJob,
  jobsIn,
  latestJobOfStudy,
  listJobs,
  noProgress,
  openJobsOf,
  optionsOf,
} from './store.ts'
