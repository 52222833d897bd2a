import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { JobState, WorkspaceInfo } from '#shared/contract/index.ts'
import { followJob } from '../follow.ts'
import { followWork } from '../followWork.ts'
import { formatBytes, formatPairs, formatTime } from '../format.ts'
import { addBackupCommands } from './backups.ts'
import { addCacheCommand } from './cache.ts'
import { addTransferCommands } from './transfer.ts'
import { addVerifyCommand } from './verify.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

const open: ReadonlySet<JobState> = new Set(['queued', 'running'])

export function addWorkspaceCommands(
  program: Command,
  session: CliSession,
  fail: (exit: number) => void,
): void {
  const workspace = program.command('workspace').description('create a workspace, or see what one holds')

  workspace
    .command('create')
    .description('create an empty workspace')
    .argument('[dir]', 'its folder; -w where it is left out')
    .action(async (dir: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const path = dir === undefined ? session.workspacePath(options) : resolve(session.io.cwd, dir)
      const info = await (await session.client()).workspace.create({ path })
      session.print(options, info, () => describe(info))
    })

  workspace
    .command('sample')
    .description('open the sample workspace; made the first time')
    .argument('[dir]', 'its folder; Kernelscope/Sample in your home where it is left out')
    .action(async (dir: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const path = dir === undefined ? {} : { path: resolve(session.io.cwd, dir) }
      const client = await session.client()
      const made = await followWork(session, options, (stop) => client.workspace.openSample(path, stop))
      for (const job of await client.jobs.list({})) {
        if (job.kind === 'index' && open.has(job.state))
          await followJob(client, job.id, session.io, options.quiet)
      }
      const info = (await client.workspace.info()) ?? made
      session.print(options, info, () => describe(info))
    })

  addCacheCommand(workspace, session)
  addBackupCommands(workspace, session)
  addVerifyCommand(workspace, session, fail)
  addTransferCommands(workspace, session)

  workspace
    .command('info')
    .description('what a workspace holds')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const info = await session.open(await session.client(), session.workspacePath(options), options)
      session.print(options, info, () => describe(info))
    })
}

function describe(info: WorkspaceInfo): string {
  return formatPairs([
    ['folder', info.path],
    ...(info.readOnly === null ? [] : [['read only', info.readOnly] as const]),
    ['created', formatTime(info.createdAt)],
    ['schema', String(info.schema)],
    ['models', String(info.models)],
    ['datasets', `${info.datasets}, ${info.images} images`],
    ['studies', String(info.studies)],
    ['predictions', String(info.predictions)],
    ['size', formatBytes(info.bytes)],
    ...info.warnings.map((warning) => ['warning', warning] as const),
  ])
}
