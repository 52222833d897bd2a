import { Option, type Command } from 'commander'
import { figureFormat, type FigureFormat } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { formatBytes } from './format.ts'
import { listOf, numberOf } from './flags.ts'
import type { CliSession, GlobalOptions } from './session.ts'

export interface FigureFlags {
  format: string[]
  out?: string
  width: number
  dpi: number
}

/** The options of every command that writes figures. */
export function addFigureOptions(command: Command, width: number): Command {
  return command
    .addOption(
      new Option('--format <list>', `${figureFormat.options.join(', ')}; several separated by commas`)
        .argParser(listOf)
        .default(['svg'], 'svg'),
    )
    .option('--out <dir>', 'folder that the files go to')
    .option('--width <inches>', 'width of the figure', numberOf('--width'), width)
    .option('--dpi <n>', 'resolution of PNG', numberOf('--dpi'), 300)
}

export function figureFormats(names: readonly string[]): FigureFormat[] {
  return names.map((name) => {
    const { data } = figureFormat.safeParse(name)
    if (data) return data
    throw new KernelscopeError('USAGE', `unknown format: ${name}`, {
      hint: `There are ${figureFormat.options.join(', ')}.`,
    })
  })
}

/** Says which files were written. */
export function printFiles(
  session: CliSession,
  options: GlobalOptions,
  files: readonly { path: string; bytes: number }[],
): void {
  session.print(options, { files }, () =>
    files.map(({ path, bytes }) => `${path}  ${formatBytes(bytes)}\n`).join(''),
  )
}
