import { resolve } from 'node:path'
import type { Command } from 'commander'
import {
  addFigureOptions,
  figureFormats,
  figureSetting,
  printFiles,
  type FigureFlags,
} from '../figureFlags.ts'
import { collect } from '../flags.ts'
import { namedStudy } from '../named.ts'
import { addComposeCommands } from './compose.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface Flags extends GlobalOptions, FigureFlags {
  figure?: string[]
}

export function addFigureCommand(program: Command, session: CliSession): void {
  const figure = program
    .command('figure')
    .description('write the figures of a study, or a composed one')
    .argument('<study>', 'id or title')
    .option('--figure <id>', 'only this figure; may be given several times', collect)
  addComposeCommands(figure, session)
  addFigureOptions(figure).action(async (name: string, _: unknown, command: Command) => {
    const options = command.optsWithGlobals<Flags>()
    const formats = figureFormats(options.format)
    const client = await session.openWorkspace(options)
    const study = await namedStudy(client, name, session)
    const { files } = await client.figures.export({
      studyId: study.id,
      formats,
      ...figureSetting(options, 6.75),
      ...(options.figure === undefined ? {} : { figureIds: options.figure }),
      ...(options.out === undefined ? {} : { directory: resolve(session.io.cwd, options.out) }),
    })
    printFiles(session, options, files)
  })
}
