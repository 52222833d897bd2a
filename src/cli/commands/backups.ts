import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { SalvagedTable, WorkspaceBackup } from '#shared/contract/index.ts'
import { salvageColumns, salvageRows } from '#shared/salvageWords.ts'
import { followWork } from '../followWork.ts'
import { formatBytes, formatTable, formatTime } from '../format.ts'
import { nothingLeft } from './transfer.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

const reasons: Record<WorkspaceBackup['reason'], string> = {
  daily: 'once a day of use',
  asked: 'asked for',
  schema: 'before a migration',
  replaced: 'before a restore',
}

/** Adds the commands on backups of a workspace, and the one that moves it. */
export function addBackupCommands(workspace: Command, session: CliSession): void {
  workspace
    .command('backup')
    .description('make a backup of the database now; one is made by itself once a day of use')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const made = await (await session.openWorkspace(options)).workspace.backUp()
      session.print(options, made, () => `${made.path}\n`)
    })

  workspace
    .command('backups')
    .description('the backups of a workspace, the newest first')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.client()
      const backups = await client.workspace.backups({ path: session.workspacePath(options) })
      session.print(options, backups, () => describe(backups))
    })

  workspace
    .command('restore')
    .description('put a backup in the place of the database; the present one is kept as a backup')
    .argument('<name>', 'name of the backup, as `workspace backups` lists it')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.client()
      const info = await client.workspace.restore({ name, path: session.workspacePath(options) })
      session.print(options, info, () => `restored ${name} in ${info.path}\n`)
    })

  workspace
    .command('salvage')
    .description('read what can be read of a damaged workspace into a new one')
    .argument('<dir>', 'a new or empty folder')
    .action(async (dir: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.client()
      const to = resolve(session.io.cwd, dir)
      const found = await followWork(
        session,
        options,
        (stop) => client.workspace.salvage({ path: session.workspacePath(options), to }, stop),
        nothingLeft,
      )
      session.print(options, found, () => describeSalvage(found.tables, to))
    })

  workspace
    .command('move')
    .description('move the folder of the workspace, with the stored paths inside it')
    .argument('<dir>', 'a new or empty folder')
    .action(async (dir: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const to = resolve(session.io.cwd, dir)
      const info = await followWork(
        session,
        options,
        (stop) => client.workspace.move({ to }, stop),
        nothingLeft,
      )
      session.print(options, info, () => `moved to ${info.path}\n`)
    })
}

const describe = (backups: readonly WorkspaceBackup[]): string =>
  backups.length === 0
    ? 'no backups yet\n'
    : formatTable(
        [{ title: 'name' }, { title: 'made' }, { title: 'why' }, { title: 'size', right: true }],
        backups.map(({ name, at, reason, bytes }) => [
          name,
          formatTime(at),
          reasons[reason],
          formatBytes(bytes),
        ]),
      )

const describeSalvage = (tables: readonly SalvagedTable[], to: string): string =>
  `${formatTable(
    salvageColumns.map((title, index) => ({ title: title.toLowerCase(), right: index > 0 })),
    salvageRows(tables).map(({ title, read, leftOut, lost }) => [title, read, leftOut, lost]),
  )}written to ${to}\n`
