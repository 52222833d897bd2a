import { resolve } from 'node:path'
import type { Command } from 'commander'
import { printFiles } from '../figureFlags.ts'
import { namedStudy } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface Flags extends GlobalOptions {
  out?: string
  title: string
}

/** Adds `report make`: chosen studies as one page. */
export function addReportCommands(program: Command, session: CliSession): void {
  program
    .command('report')
    .description('studies as a page that can be read anywhere')
    .command('make')
    .description('write studies as one HTML page that needs nothing else')
    .argument('<studies...>', 'ids or titles')
    .option('--out <file>', 'the page; in the exports of the workspace when left out')
    .option('--title <text>', 'its title', 'Report')
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Flags>()
      const client = await session.openWorkspace(options)
      const studyIds = []
      for (const name of names) studyIds.push((await namedStudy(client, name, session)).id)
      const { files } = await client.reports.make({
        studyIds,
        title: options.title,
        ...(options.out === undefined ? {} : { path: resolve(session.io.cwd, options.out) }),
      })
      printFiles(session, options, files)
    })
}
