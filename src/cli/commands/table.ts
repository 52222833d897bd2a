import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { tableFormat, type DataTable } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { formattedTable } from '#shared/figures/formattedTable.ts'
import { wordsOf, type TableWords } from '#shared/figures/paperTable.ts'
import { tableFormatOf } from '#shared/figures/tableFormats/index.ts'
import { printFiles } from '../figureFlags.ts'
import { collect, listOf } from '../flags.ts'
import { formatDataTable } from '../format.ts'
import { namedStudy } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface Flags extends GlobalOptions {
  table?: string[]
  format?: string[]
  out?: string
  long?: boolean
}

export function addTableCommand(program: Command, session: CliSession): void {
  program
    .command('table')
    .description('print or write the tables of a study')
    .argument('<study>', 'id or title')
    .option('--table <id>', 'only this table; may be given several times', collect)
    .addOption(
      new Option(
        '--format <list>',
        `${tableFormat.options.join(', ')}; several, with commas, only with --out`,
      ).argParser(listOf),
    )
    .option('--long', 'LaTeX with every column, also of a table with models x conditions')
    .option('--out <dir>', 'folder that the files go to; printed where it is left out')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Flags>()
      const formats = formatsOf(options)
      const client = await session.openWorkspace(options)
      const study = await namedStudy(client, name, session)
      if (options.out !== undefined) {
        const { files } = await client.figures.exportTables({
          studyId: study.id,
          formats: formats.length > 0 ? formats : ['tex'],
          directory: resolve(session.io.cwd, options.out),
          long: options.long === true,
          ...(options.table === undefined ? {} : { tableIds: options.table }),
        })
        return printFiles(session, options, files)
      }
      const result = await client.studies.result({ id: study.id })
      const chosen = tablesNamed(result.tables, options.table)
      const format = formats[0]
      const words = { ...wordsOf(result), long: options.long === true }
      session.print(
        { ...options, json: options.json === true || format === 'json' },
        { tables: chosen },
        () => chosen.map((table) => text(table, format ?? '', words)).join('\n'),
      )
    })
}

function formatsOf({ format = [], out }: Flags) {
  const formats = format.map((name) => {
    const { data } = tableFormat.safeParse(name)
    if (data) return data
    throw new KernelscopeError('USAGE', `unknown format: ${name}`, {
      hint: `There are ${tableFormat.options.join(', ')}.`,
    })
  })
  if (out === undefined && formats.length > 1)
    throw new KernelscopeError('USAGE', 'several formats cannot be printed at once', {
      hint: 'Name a folder with --out.',
    })
  return formats
}

function tablesNamed(tables: readonly DataTable[], ids: readonly string[] | undefined): DataTable[] {
  const unknown = ids?.find((id) => !tables.some((table) => table.id === id))
  if (unknown === undefined) return tables.filter(({ id }) => ids?.includes(id) ?? true)
  throw new KernelscopeError('STUDY_PARAMS', `the study has no table ${unknown}`, {
    hint: `There are ${tables.map(({ id }) => id).join(', ')}.`,
  })
}

function text(table: DataTable, format: string, words: TableWords): string {
  const known = tableFormatOf(format)
  if (!known) return `${table.title}\n${formatDataTable(table)}`
  return known.print?.(table) ?? formattedTable(table, known.id, words)
}
