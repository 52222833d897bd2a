import type { Command } from 'commander'
import type { Client } from './client.ts'
import type { CliSession, GlobalOptions } from './session.ts'

/** What can be removed, as its command needs it. */
interface Removing<Row extends { id: number; title: string }> {
  /** Names of the rows in the JSON document, e.g. "studies". */
  rows: string
  description: string
  argument: string
  /** @throws the error of a name that no row has */
  find: (client: Client, name: string) => Promise<Row>
  /** What goes along with a row, in words. */
  along: (client: Client, row: Row) => string | Promise<string>
  /** What goes and what stays, of all of them. */
  stays: string
  remove: (client: Client, id: number) => Promise<unknown>
}

/** Adds `remove`, which says what it would take along and removes with --yes only. */
export function addRemoveCommand<Row extends { id: number; title: string }>(
  group: Command,
  session: CliSession,
  { rows: key, description, argument, find, along, stays, remove }: Removing<Row>,
): void {
  group
    .command('remove')
    .description(description)
    .argument(`<${argument}...>`, 'ids or titles')
    .option('--yes', 'remove them')
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { yes?: boolean }>()
      const client = await session.openWorkspace(options)
      const rows: { id: number; title: string; along: string }[] = []
      for (const name of names) {
        const row = await find(client, name)
        rows.push({ id: row.id, title: row.title, along: await along(client, row) })
      }
      const removed = options.yes ?? false
      if (removed) for (const { id } of rows) await remove(client, id)
      session.print(options, { removed, [key]: rows }, () =>
        [
          ...rows.map((row) => `${row.title}: ${row.along}`),
          stays,
          removed ? 'Removed.' : 'Nothing was removed. Repeat with --yes.',
          '',
        ].join('\n'),
      )
    })
}
