import { resolve } from 'node:path'
import type { Command } from 'commander'
import { followJob } from '../follow.ts'
import { formatBytes, formatPairs } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

/** Adds the commands that bring whole workspaces to other places. */
export function addTransferCommands(workspace: Command, session: CliSession): void {
  const at = (path: string) => resolve(session.io.cwd, path)

  workspace
    .command('export')
    .description('write the database and the drawn masks as one zip')
    .argument('<zip>', 'the file')
    .action(async (zip: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const written = await client.workspace.export({ path: at(zip) })
      session.print(options, written, () => `${written.path}  ${formatBytes(written.bytes)}\n`)
    })

  workspace
    .command('import')
    .description('make a workspace of a zip that `workspace export` wrote')
    .argument('<zip>', 'the file')
    .argument('[dir]', 'a new or empty folder; -w where it is left out')
    .action(async (zip: string, dir: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const to = dir === undefined ? session.workspacePath(options) : at(dir)
      const info = await (await session.client()).workspace.import({ path: at(zip), to })
      session.print(options, info, () => `${info.path}\n`)
    })

  workspace
    .command('merge')
    .description('add models, facts, notes, tags and datasets of another workspace to this one')
    .argument('<dir>', 'folder of the other workspace, which is only read')
    .action(async (dir: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const added = await client.workspace.merge({ from: at(dir) })
      for (const job of await client.jobs.list({}))
        if (job.kind === 'index' && (job.state === 'queued' || job.state === 'running'))
          await followJob(client, job.id, session.io, options.quiet)
      session.print(options, added, () =>
        formatPairs([
          ['models', `${added.models} added`],
          ['predictions', `${added.predictions} added`],
          ['measurements', `${added.measurements} added`],
          ['notes and tags', `${added.annotations} added`],
          ['datasets', added.datasets.length === 0 ? 'none added' : added.datasets.join(', ')],
          ...added.missing.map(({ title, problem }) => ['not added', `${title}: ${problem}`] as const),
          ['studies', `${added.studies} stay in the other workspace; run here, they find their facts`],
        ]),
      )
    })
}
