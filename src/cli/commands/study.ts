import { Option, type Command } from 'commander'
import { resolve } from 'node:path'
import type { StudyKind } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { formatTable } from '../format.ts'
import { collect, integerOf } from '../flags.ts'
import { batchOption, providerOption, threadsOption } from '../runtimeFlags.ts'
import { printDraws } from '../draws.ts'
import { describeKind } from '../kindText.ts'
import { kindNamed, namedStudy } from '../named.ts'
import { addRemoveCommand } from '../removing.ts'
import { describeResult, resultDocument } from '../result.ts'
import { printRows, type RowFlags } from '../rows.ts'
import { runStudy, type RunFlags } from '../run.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { printStudies } from '../studyList.ts'
import { preprocessingHelp } from '../studyPreprocessing.ts'
import { untilHelp } from '../until.ts'
import { addQuestionsCommand } from './questions.ts'
import { addStudyImageCommands } from './studyImages.ts'
import { addSuiteCommands } from './suite.ts'
import { addUnitCommands } from './units.ts'

export function addStudyCommands(program: Command, session: CliSession, fail: (exit: number) => void): void {
  const study = program.command('study').description('run studies and read their results')
  addSuiteCommands(study, session, fail)
  addQuestionsCommand(study, session)

  study
    .command('kinds')
    .description('the studies there are, or the parameters of one')
    .argument('[kind]')
    .action(async (kind: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const kinds = await (await session.client()).studies.kinds()
      if (kind === undefined) return session.print(options, { kinds }, () => kindTable(kinds))
      const found = kindNamed(kinds, kind)
      session.print(options, found, () => describeKind(found, session.io.columns))
    })

  study
    .command('run')
    .description('run a study; what was measured before is not measured again')
    .argument('[kind]', 'see "study kinds"; with --help, its parameters are listed too')
    .argument('[options...]', "the study's own parameters as options, e.g. --percents 0,50")
    .helpOption(false)
    .option('-h, --help', 'display help for command, and the parameters of the kind')
    .option('--model <name>', 'id, title or file; several by repeating it', collect)
    .option('--dataset <name>', 'id, title or folder')
    .option('--subset <name>', 'only images of this subset of the dataset, as it is now')
    .option('--param <k=v>', 'a parameter of the study, lists with commas; several by repeating it', collect)
    .option('--preset <id>', 'start from this preset of the study')
    .option('--per-class <n>', 'at most n images per class', integerOf('--per-class', 1))
    .option(
      '--sample <n>',
      'at most n images over all classes, balanced; of each part, where there are parts',
      integerOf('--sample', 1),
    )
    .option('--sample-seed <n>', 'seed that chooses them', integerOf('--sample-seed', 0), 0)
    .option('--draws <file>', 'replay the random draws of an exported file')
    .addOption(
      new Option(
        '--space <name>',
        'the space of sizes such as --epsilons: the image in [0,1], or the input',
      ).choices(['unit', 'normalised']),
    )
    .option('--preprocessing <parts>', preprocessingHelp, collect)
    .option('--title <text>', 'name of the study')
    .option('--until <rule>', untilHelp, collect)
    .option('--cost', 'only say what it would cost')
    .option('--store', 'only store it, to be measured on other machines; see "study plan"')
    .option('--cluster <profile>', 'submit it to a SLURM cluster instead; see "cluster profile list"')
    .addOption(providerOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .allowUnknownOption()
    .action(async (kind: string | undefined, rest: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunFlags & { help?: boolean }>()
      if (options.help) return helpRun(session, command, kind, options)
      if (kind === undefined)
        throw new KernelscopeError('USAGE', "missing required argument 'kind'", {
          hint: 'See "study kinds".',
        })
      const known = command.options.flatMap(({ long }) => long ?? [])
      const exit = await runStudy(session, kind, rest, { ...options, known })
      if (exit !== null) fail(exit)
    })

  study
    .command('list')
    .description('the studies of the workspace, with their key numbers and how much of each is stored')
    .action(async (_: unknown, command: Command) => {
      await printStudies(session, command.optsWithGlobals<GlobalOptions>())
    })

  study
    .command('show')
    .description('the result of a study, complete or not')
    .argument('<study>', 'id or title')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const found = await namedStudy(client, name, session)
      const result = await client.studies.result({ id: found.id })
      session.print(options, resultDocument(found, result), () => describeResult(found, result))
    })

  study
    .command('rows')
    .description(
      'every measured image of a study; where its points are means over images, the images behind the points of --key',
    )
    .argument('<study>', 'id or title')
    .option('--model <name>', 'only of this model; may be given several times', collect)
    .option('--key <key>', 'only of this condition or point; may be given several times', collect)
    .addOption(
      new Option('--sort <order>', 'order of the images behind a point, by their values').choices([
        'largest',
        'smallest',
      ]),
    )
    .action(async (name: string, _: unknown, command: Command) => {
      await printRows(session, name, command.optsWithGlobals<RowFlags>())
    })

  addStudyImageCommands(study, session)
  addUnitCommands(study, session)
  addRemoveCommand(study, session, {
    rows: 'studies',
    description: 'removes studies; their predictions stay',
    argument: 'studies',
    find: (client, name) => namedStudy(client, name, session),
    along: (_, { kind }) => kind,
    stays: 'Predictions stay stored: the same study run again costs nothing.',
    remove: (client, id) => client.studies.remove({ id }),
  })

  study
    .command('draws')
    .description('the random draws of a study as a file that can be replayed')
    .argument('<study>', 'id or title')
    .option('--out <file>', 'write here instead of printing')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { out?: string }>()
      const client = await session.openWorkspace(options)
      const { id } = await namedStudy(client, name, session)
      if (options.out === undefined) return printDraws(client, id, session)
      const { files } = await client.studies.draws({ id, path: resolve(session.io.cwd, options.out) })
      for (const file of files) session.print(options, file, () => `${file.path}\n`)
    })
}

/** Help for `study run`; of a kind with its parameters, which only the engine knows. */
async function helpRun(
  session: CliSession,
  command: Command,
  kind: string | undefined,
  options: GlobalOptions,
): Promise<void> {
  if (kind === undefined) return command.outputHelp()
  const found = kindNamed(await (await session.client()).studies.kinds(), kind)
  session.print(options, found, () =>
    [command.helpInformation(), describeKind(found, session.io.columns)].join('\n'),
  )
}

function kindTable(kinds: readonly StudyKind[]): string {
  return formatTable(
    [{ title: 'Kind' }, { title: 'Paper' }, { title: 'Title' }, { title: 'Presets' }],
    kinds.map(({ id, section, title, presets }) => [
      id,
      section,
      title,
      presets.map((preset) => preset.id).join(', '),
    ]),
  )
}
