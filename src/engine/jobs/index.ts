export { JobQueue, type JobContext } from './queue.ts'
export { Rate } from './rate.ts'
export {
  clearFinishedJobs,
  getJob,
  jobsIn,
  latestJobOfStudy,
  listJobs,
  noProgress,
  openJobsOf,
  type NewJob,
} from './store.ts'
