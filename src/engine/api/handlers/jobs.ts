import type { Job } from '#shared/contract/index.ts'
import { clearFinishedJobs, getJob, listJobs } from '../../jobs/index.ts'
import { api } from '../session/implementation.ts'
import { stream } from '../session/stream.ts'

export const jobs = {
  list: api.jobs.list.handler(({ input, context }) => listJobs(context.session.db, input.limit)),
  get: api.jobs.get.handler(({ input, context }) => getJob(context.session.db, input.id)),
  pause: api.jobs.pause.handler(({ input, context }) => context.session.open().jobs.pause(input.id)),
  resume: api.jobs.resume.handler(({ input, context }) => context.session.open().jobs.resume(input.id)),
  cancel: api.jobs.cancel.handler(({ input, context }) => context.session.open().jobs.cancel(input.id)),
  reorder: api.jobs.reorder.handler(({ input, context }) => context.session.open().jobs.reorder(input.ids)),
  clear: api.jobs.clear.handler(({ context }) => {
    clearFinishedJobs(context.session.db)
    return { ok: true }
  }),
  watch: api.jobs.watch.handler(async function* ({ context, signal }) {
    const { workspace, jobs: queue } = context.session.open()
    const begin = (push: (job: Job) => void) => {
      const off = queue.onJob(push)
      for (const job of listJobs(workspace.db, 100).reverse()) push(job)
      return off
    }
    yield* stream(begin, signal, (job) => job.id)
  }),
}
