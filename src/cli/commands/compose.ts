import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { z } from 'zod'
import { figureFormat } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { composition, compositionVersion, type Composition } from '#shared/figures/compose/index.ts'
import type { Client } from '../client.ts'
import { figureFormats, printFiles } from '../figureFlags.ts'
import { integerOf, listOf } from '../flags.ts'
import { formatTable } from '../format.ts'
import { checkUnlisted, findNamed } from '../named.ts'
import { addRemoveCommand } from '../removing.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface Flags extends GlobalOptions {
  format: string[]
  out?: string
  dpi: number
  save?: boolean
}

/** Adds `figure compose`, `figure list` and `figure remove`: figures of several panels, from the workspace or from a file. */
export function addComposeCommands(figure: Command, session: CliSession): void {
  addRemoveCommand(figure, session, {
    rows: 'figures',
    description: 'removes composed figures',
    argument: 'figures',
    find: (client, name) => composedNamed(client, name),
    along: (_, { panels }) => `${panels} panels`,
    stays: 'The studies of their panels stay.',
    remove: (client, id) => client.compositions.remove({ id }),
  })
  figure
    .command('compose')
    .description('write a composed figure of the workspace, or of a JSON file')
    .argument('<figure>', 'id or title, or a file that was exported as JSON')
    .addOption(
      new Option('--format <list>', `${figureFormat.options.join(', ')}; several separated by commas`)
        .argParser(listOf)
        .default(['pdf'], 'pdf'),
    )
    .option('--out <dir>', 'folder that the files go to')
    .option('--dpi <n>', 'resolution of PNG', integerOf('--dpi', 1), 300)
    .option('--save', 'keep a figure of a file in the workspace')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Flags>()
      const formats = figureFormats(options.format)
      const file = resolve(session.io.cwd, name)
      const fromFile = /\.json$/i.test(name) && existsSync(file) ? await readComposition(file) : null
      const client = await clientFor(session, options, fromFile)
      const figure = fromFile ? { composition: fromFile } : { id: await composedId(client, name) }
      if (fromFile && options.save) await client.compositions.create({ composition: fromFile })
      const { files } = await client.compositions.export({
        figure,
        formats,
        dpi: options.dpi,
        ...(options.out === undefined ? {} : { directory: resolve(session.io.cwd, options.out) }),
      })
      printFiles(session, options, files)
    })

  figure
    .command('list')
    .description('list the composed figures of the workspace')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const figures = await client.compositions.list()
      session.print(options, { figures }, () =>
        figures.length === 0
          ? 'no composed figures; compose one in the app, or give "figure compose" a JSON file\n'
          : formatTable(
              [
                { title: 'ID', right: true },
                { title: 'Figure' },
                { title: 'Panels', right: true },
                { title: 'Venue' },
                { title: 'Style' },
              ],
              figures.map(({ id, title, panels, venue, styleName }) => [
                String(id),
                title,
                String(panels),
                venue,
                styleName ?? '',
              ]),
            ),
      )
    })
}

/** Opens the workspace, unless the figure carries its data and its output folder is named. */
function clientFor(session: CliSession, options: Flags, figure: Composition | null): Promise<Client> {
  const alone = figure?.panels.every(({ source }) => source.kind === 'data') ?? false
  if (alone && options.out !== undefined && options.save !== true) return session.client()
  return session.openWorkspace(options)
}

async function composedId(client: Client, name: string): Promise<number> {
  return (await composedNamed(client, name)).id
}

async function composedNamed(
  client: Client,
  name: string,
): Promise<{ id: number; title: string; panels: number }> {
  const known = findNamed(await client.compositions.list(), name, '')
  if (known) return known
  await checkUnlisted(name, client.compositions.get)
  throw new KernelscopeError('FIGURE_NOT_FOUND', `there is no composed figure ${name}, and no such JSON file`)
}

const versioned = z.looseObject({ kernelscopeFigure: z.int() })

async function readComposition(file: string): Promise<Composition> {
  const refuse = (problem: string, hint = 'Choose a composed figure that was exported as JSON.') =>
    new KernelscopeError('USAGE', `${file} is not a composed figure: ${problem}`, { hint })
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : 'not JSON')
  }
  const { data } = versioned.safeParse(value)
  if (data && data.kernelscopeFigure > compositionVersion)
    throw refuse(`its version is ${data.kernelscopeFigure}`, 'It was written by a newer Kernelscope.')
  const parsed = composition.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw refuse(`${issue?.path.join('.') || 'its content'}: ${issue?.message ?? 'unknown'}`)
}
