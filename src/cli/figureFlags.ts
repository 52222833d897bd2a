import { Option, type Command } from 'commander'
import { figureFormat, type FigureFormat } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { intervalChoice, type IntervalChoice } from '#shared/figures/spec.ts'
import { venues, venueSetting } from '#shared/figures/venues.ts'
import { formatBytes } from './format.ts'
import { integerOf, listOf, numberOf } from './flags.ts'
import type { CliSession, GlobalOptions } from './session.ts'

export interface FigureFlags {
  format: string[]
  out?: string
  width?: number
  dpi: number
  venue?: string
  span: 'column' | 'text' | number
  height?: number
  fontSize?: number
  typeface?: 'sans' | 'serif'
  title?: boolean
  intervals?: IntervalChoice
}

/** Adds the options of every command that writes figures. */
export function addFigureOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <list>', `${figureFormat.options.join(', ')}; several separated by commas`)
        .argParser(listOf)
        .default(['svg'], 'svg'),
    )
    .option('--out <dir>', 'folder that the files go to')
    .option('--venue <id>', `width, font and font size of ${venues.map(({ id }) => id).join(', ')}`)
    .addOption(
      new Option('--span <share>', 'of the venue: column, text, or a share of the text width such as 0.5')
        .argParser(spanOf)
        .default('column'),
    )
    .option('--width <inches>', 'width of the figure', numberOf('--width'))
    .option('--height <inches>', 'height of the figure; follows from the width', numberOf('--height'))
    .option('--dpi <n>', 'resolution of PNG', integerOf('--dpi', 1), 300)
    .option('--font-size <points>', 'font size', numberOf('--font-size'))
    .addOption(new Option('--typeface <name>', 'Inter or STIX Two Text').choices(['sans', 'serif']))
    .option('--title', 'draw the title inside the figure')
    .addOption(
      new Option(
        '--intervals <which>',
        'ranges of points whose images are not all measured: what is known of all images, or as when complete',
      ).choices(intervalChoice.options),
    )
}

/**
 * Width, height and font of a figure: from the venue, except where an option is given. `width` is the default in
 * inches.
 * @throws USAGE where venue or span is invalid
 */
export function figureSetting(flags: FigureFlags, width: number) {
  const venue = flags.venue === undefined ? undefined : venues.find(({ id }) => id === flags.venue)
  if (flags.venue !== undefined && !venue)
    throw new KernelscopeError('USAGE', `unknown venue: ${flags.venue}`, {
      hint: `There are ${venues.map(({ id }) => id).join(', ')}.`,
    })
  const given = {
    ...(flags.width === undefined ? {} : { width: flags.width }),
    ...(flags.height === undefined ? {} : { height: flags.height }),
    ...(flags.fontSize === undefined ? {} : { fontSize: flags.fontSize }),
    ...(flags.typeface === undefined ? {} : { typeface: flags.typeface }),
    ...(flags.title === undefined ? {} : { title: flags.title }),
    ...(flags.intervals === undefined ? {} : { intervals: flags.intervals }),
  }
  return { width, dpi: flags.dpi, ...(venue ? venueSetting(venue, flags.span) : {}), ...given }
}

function spanOf(text: string): FigureFlags['span'] {
  if (text === 'column' || text === 'text') return text
  const share = numberOf('--span')(text)
  if (share > 0 && share <= 1) return share
  throw new KernelscopeError('USAGE', `invalid --span: ${text} is not column, text or a share up to 1`)
}

/**
 * Reads a list of formats of figures.
 * @throws USAGE where a format is unknown
 */
export function figureFormats(names: readonly string[]): FigureFormat[] {
  return names.map((name) => {
    const { data } = figureFormat.safeParse(name)
    if (data) return data
    throw new KernelscopeError('USAGE', `unknown format: ${name}`, {
      hint: `There are ${figureFormat.options.join(', ')}.`,
    })
  })
}

/** Prints the paths of written files. */
export function printFiles(
  session: CliSession,
  options: GlobalOptions,
  files: readonly { path: string; bytes: number }[],
): void {
  session.print(options, { files }, () =>
    files.map(({ path, bytes }) => `${path}  ${formatBytes(bytes)}\n`).join(''),
  )
}
