import { Option, type Command } from 'commander'
import type { Ranking, Study, SuitePlan } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { pText } from '#shared/pText.ts'
import { studyExit, studyExits, studyStateText, type StudyState } from '#shared/studyState.ts'
import { collect, integerOf } from '../flags.ts'
import { followJob } from '../follow.ts'
import { formatDuration, formatInterval, formatTable, percent } from '../format.ts'
import { modelIdsOf, namedModel } from '../named.ts'
import { addRobustnessCommand } from './robustness.ts'
import { sampleOf, type SampleFlags } from '../sample.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface SuiteFlags extends GlobalOptions, SampleFlags {
  model?: string[]
  kind?: string[]
  preset: 'full' | 'quick'
  cost?: boolean
}

interface RankingFlags extends GlobalOptions {
  model?: string[]
  reference?: string
}

/** Adds `study suite`, which runs the benchmarks, and `study ranking`, which ranks models by their results. */
export function addSuiteCommands(study: Command, session: CliSession, fail: (exit: number) => void): void {
  study
    .command('suite')
    .description('run the benchmarks that the datasets of the workspace allow, and clean accuracy')
    .option(
      '--model <name>',
      'id, title or file; several by repeating it, all models where left out',
      collect,
    )
    .option('--kind <id>', 'only this benchmark; several by repeating it', collect)
    .addOption(new Option('--preset <id>', 'how much').choices(['full', 'quick']).default('full'))
    .option('--per-class <n>', 'at most n images per class', integerOf('--per-class', 1))
    .option(
      '--sample <n>',
      'at most n images over all classes, balanced; of each part, where there are parts',
      integerOf('--sample', 1),
    )
    .option('--sample-seed <n>', 'seed that chooses them', integerOf('--sample-seed', 0), 0)
    .option('--cost', 'only say what it would cost')
    .action(async (_: unknown, command: Command) =>
      fail(await runSuite(session, command.optsWithGlobals<SuiteFlags>())),
    )

  study
    .command('ranking')
    .description('models by metrics, from the latest studies')
    .option(
      '--model <name>',
      'id, title or file; several by repeating it, all models where left out',
      collect,
    )
    .option('--reference <name>', 'model whose values are subtracted from those of the others')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<RankingFlags>()
      const client = await session.openWorkspace(options)
      const reference = options.reference ? (await namedModel(client, options.reference, session)).id : null
      const modelIds = options.model ? await modelIdsOf(client, options.model, session) : undefined
      const found = await client.studies.ranking({ reference, ...(modelIds ? { modelIds } : {}) })
      session.print(options, found, () => rankingTable(found))
    })

  addRobustnessCommand(study, session)
}

/** Returns the exit code: that of the study whose state is the worst. */
async function runSuite(session: CliSession, options: SuiteFlags): Promise<number> {
  const client = await session.openWorkspace(options)
  const modelIds = options.model
    ? await modelIdsOf(client, options.model, session)
    : (await client.models.list()).filter(({ role }) => role === 'classifier').map(({ id }) => id)
  if (modelIds.length === 0)
    throw new KernelscopeError('USAGE', 'the workspace has no model', { hint: 'Add one with "model add".' })
  const input = {
    modelIds,
    preset: options.preset,
    sample: sampleOf(options),
    ...(options.kind ? { kinds: options.kind } : {}),
  }
  const plan = await client.studies.suiteCost(input)
  if (options.cost) {
    session.print(options, plan, () => planTable(plan))
    return studyExits.complete
  }
  if (!options.json && !options.quiet) session.io.err(planTable(plan))
  const { studies, missing } = await client.studies.suite(input)
  for (const { job } of studies) if (job) await followJob(client, job.id, session.io, options.quiet)
  const done: (Study & { state: StudyState })[] = []
  let exit: number = studyExits.complete
  for (const { id } of studies) {
    const study = await client.studies.get({ id })
    const summary = await client.studies.summary({ id })
    done.push({ ...study, state: summary.state })
    exit = Math.max(exit, studyExit(summary))
    if (!summary.complete)
      session.io.err(`warning: study ${id}, ${study.title}, is ${studyStateText(summary)}\n`)
  }
  const found = await client.studies.ranking({ modelIds, reference: null })
  session.print(options, { studies: done, missing, ranking: found }, () => rankingTable(found))
  return exit
}

function planTable({ entries, missing }: SuitePlan): string {
  const rows = entries.map(({ title, dataset, cost }) => [
    title,
    dataset,
    String(cost.images),
    String(cost.answers),
    String(cost.cached),
    cost.seconds === null ? 'not known' : formatDuration(cost.seconds),
  ])
  const table = formatTable(
    [
      { title: 'Study' },
      { title: 'Dataset' },
      { title: 'Images', right: true },
      { title: 'Answers', right: true },
      { title: 'Stored', right: true },
      { title: 'Time', right: true },
    ],
    rows,
    'none of the benchmarks can be run here',
  )
  return table + missing.map(({ title, problem }) => `not ${title}: ${problem.message}\n`).join('')
}

function rankingTable({ metrics, models, reference }: Ranking): string {
  const shown = (unit: Ranking['metrics'][number]['unit'], value: number) =>
    unit === 'number'
      ? value.toFixed(1)
      : unit === 'points'
        ? `${(100 * value).toFixed(1)} points`
        : percent(value)
  return formatTable(
    [
      { title: 'Metric' },
      { title: 'Better' },
      { title: 'Model' },
      { title: 'Value', right: true },
      { title: '95 %', right: true },
      { title: 'n', right: true },
      { title: 'Condition' },
      { title: 'Dataset' },
      ...(reference === null
        ? []
        : [
            { title: 'Change', right: true },
            { title: 'p, Holm', right: true },
          ]),
      { title: 'Study', right: true },
    ],
    metrics.flatMap(({ key, title, unit, better, dataset }) =>
      models.flatMap((model) => {
        const value = model.values.find((entry) => entry.key === key)
        if (!value) return []
        const interval = value.interval
        const range = interval
          ? unit === 'number'
            ? `[${interval.lo.toFixed(1)}, ${interval.hi.toFixed(1)}]`
            : formatInterval(interval)
          : ''
        return [
          [
            title,
            better,
            model.title,
            shown(unit, value.value),
            range,
            String(value.n),
            value.condition ?? '',
            dataset,
            ...(reference === null
              ? []
              : [
                  value.delta === null ? '' : shown(unit === 'fraction' ? 'points' : unit, value.delta),
                  value.test ? pText(value.test.adjusted) : '',
                ]),
            String(value.studyId),
          ],
        ]
      }),
    ),
    'nothing measured yet; run "kernelscope study suite"',
  )
}
