import type { Command } from 'commander'
import type { Job } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { jobPercent, jobTitle } from '#shared/jobWords.ts'
import { formatTable, formatTime } from '../format.ts'
import { integerOf } from '../flags.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

export function addJobCommands(program: Command, session: CliSession): void {
  const job = program.command('job').description('the queue of the workspace: studies, indexing, trials')

  job
    .command('list')
    .description('jobs, the newest first')
    .option('--limit <n>', 'at most n jobs', integerOf('--limit', 1), 100)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { limit: number }>()
      const jobs = await (await session.openWorkspace(options, {}, true)).jobs.list({ limit: options.limit })
      session.print(options, { jobs }, () => jobTable(jobs))
    })

  job
    .command('cancel')
    .description('cancels jobs that are queued, running or paused; what they measured stays')
    .argument('<jobs...>', 'ids; see "job list"')
    .action(async (ids: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options, {}, true)
      const jobs: Job[] = []
      for (const id of ids.map(idOf)) jobs.push(await client.jobs.cancel({ id }))
      session.print(options, { jobs }, () => jobTable(jobs))
    })
}

function idOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new KernelscopeError('USAGE', `not the id of a job: ${text}`, { hint: 'See "job list".' })
}

const jobTable = (jobs: readonly Job[]): string =>
  formatTable(
    [{ title: 'ID', right: true }, { title: 'Job' }, { title: 'State' }, { title: 'Queued' }],
    jobs.map((job) => [
      String(job.id),
      job.title,
      `${jobTitle(job).toLowerCase()}, ${jobPercent(job)}${job.problem ? `: ${job.problem.message}` : ''}`,
      formatTime(job.createdAt),
    ]),
    'no jobs',
  )
