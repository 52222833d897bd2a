import { resolve } from 'node:path'
import type { Command } from 'commander'
import { followJob } from '../follow.ts'
import type { MergeReport } from '#shared/contract/index.ts'
import { mergeLeaves, mergeRemarks, mergeRows } from '#shared/mergeWords.ts'
import { followWork } from '../followWork.ts'
import { formatBytes, formatTable } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

/** The hint where such a command was stopped. */
export const nothingLeft = 'Nothing was changed. Begin again.'

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
      const written = await followWork(
        session,
        options,
        (stop) => client.workspace.export({ path: at(zip) }, stop),
        nothingLeft,
      )
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
      const client = await session.client()
      const info = await followWork(
        session,
        options,
        (stop) => client.workspace.import({ path: at(zip), to }, stop),
        nothingLeft,
      )
      session.print(options, info, () => `${info.path}\n`)
    })

  workspace
    .command('merge')
    .description('add all that another workspace holds to this one; what is here stays')
    .argument('<dir>', 'folder of the other workspace, which is only read')
    .option('--plan', 'only say what would be added')
    .action(async (dir: string, { plan }: { plan?: true }, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      if (plan) {
        const planned = await client.workspace.planMerge({ from: at(dir) })
        return session.print(
          options,
          planned,
          () =>
            `${describeMerge(planned)}${planned.predictions} predictions and ${planned.measurements} measurements are compared when they are added.\n`,
        )
      }
      const added = await followWork(session, options, (stop) =>
        client.workspace.merge({ from: at(dir) }, stop),
      )
      for (const job of await client.jobs.list({}))
        if (job.kind === 'index' && (job.state === 'queued' || job.state === 'running'))
          await followJob(client, job.id, session.io, options.quiet)
      session.print(options, added, () => describeMerge(added))
    })
}

function describeMerge(report: MergeReport): string {
  const rows = mergeRows(report)
  const table = formatTable(
    [
      { title: report.from },
      { title: 'new', right: true },
      { title: 'already here', right: true },
      { title: 'left out', right: true },
    ],
    rows.map(({ title, added, there, leftOut }) => [
      title.toLowerCase(),
      String(added),
      String(there),
      String(leftOut),
    ]),
    `nothing in ${report.from}`,
  )
  return `${[table.trimEnd(), ...mergeRemarks(report), mergeLeaves].join('\n')}\n`
}
