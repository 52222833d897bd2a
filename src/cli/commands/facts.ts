import type { Command } from 'commander'
import { resolve } from 'node:path'
import type { PackReport } from '#shared/contract/index.ts'
import { errorCodes } from '#shared/errors.ts'
import { followWork } from '../followWork.ts'
import { formatTable } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

/** Adds the commands on facts that were measured elsewhere. */
export function addFactsCommands(program: Command, session: CliSession, fail: (exit: number) => void): void {
  const facts = program.command('facts').description('facts that were measured on other machines')

  facts
    .command('merge')
    .description('add packs of facts to the workspace; what is here already is not added again')
    .argument('<files...>', 'packs that "study pack" wrote')
    .action(async (files: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options, {}, true)
      const reports = await followWork(
        session,
        options,
        (stop) => client.units.merge({ files: files.map((file) => resolve(session.io.cwd, file)) }, stop),
        'What came stays; the same command goes on.',
      )
      session.print(options, { packs: reports }, () => table(reports))
      const refused = reports.filter(({ state }) => state === 'refused')
      for (const { problem } of refused) session.io.err(`refused: ${problem?.message}\n  ${problem?.hint}\n`)
      const [first] = refused
      if (first?.problem) fail(errorCodes[first.problem.code].exit)
    })
}

const table = (reports: readonly PackReport[]): string =>
  formatTable(
    [
      { title: 'Unit', right: true },
      { title: 'Pack' },
      { title: 'State' },
      { title: 'New', right: true },
      { title: 'Known', right: true },
    ],
    reports.map(({ unit, file, state, added, there }) => [
      unit ?? '',
      file,
      state,
      String(sum(added)),
      String(sum(there)),
    ]),
  )

const sum = ({ predictions, measurements, failures }: PackReport['added']): number =>
  predictions + measurements + failures
