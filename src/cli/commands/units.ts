import type { Command } from 'commander'
import { resolve } from 'node:path'
import type { PlanSummary, Provider } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { collect, numberOf } from '../flags.ts'
import { batchOption, providerOption, threadsOption } from '../runtimeFlags.ts'
import { followWork } from '../followWork.ts'
import { formatBytes, formatDuration, formatPairs, formatTable } from '../format.ts'
import { namedStudy } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface PlanFlags extends GlobalOptions {
  out: string
  minutes: number
  secondsPerPass?: number
}

interface PackFlags extends GlobalOptions {
  unit: string
  out: string
  map?: string[]
  scratch?: string
  stage?: string
  provider?: Provider
  threads?: number
  batch?: number
}

/** Adds the commands by which a study is measured on other machines. */
export function addUnitCommands(study: Command, session: CliSession): void {
  const at = (path: string) => resolve(session.io.cwd, path)

  study
    .command('plan')
    .description('write what other machines need to measure a study, as one file; see docs/cluster.md')
    .argument('<study>', 'id or title; "study run --store" stores one without running it')
    .requiredOption('--out <file>', 'the plan')
    .option('--minutes <n>', 'how long a unit of it should take', numberOf('--minutes'), 10)
    .option(
      '--seconds-per-pass <s>',
      'of a forward pass on those machines; what was measured or is guessed here when left out',
      numberOf('--seconds-per-pass'),
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PlanFlags>()
      const client = await session.openWorkspace(options, {}, true)
      const { id: studyId } = await namedStudy(client, name, session)
      const { minutes, secondsPerPass } = options
      const plan = await client.units.plan({ studyId, path: at(options.out), minutes, secondsPerPass })
      session.print(options, plan, () => describePlan(plan))
    })

  study
    .command('units')
    .description('the units of a plan')
    .argument('<plan>', 'file that "study plan" wrote')
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const plan = await (await session.client()).units.read({ path: at(file) })
      session.print(options, plan, () => unitTable(plan))
    })

  study
    .command('pack')
    .description('measure one unit of a plan and write its facts as a pack; no workspace is needed')
    .argument('<plan>', 'file that "study plan" wrote')
    .requiredOption('--unit <k>', 'its number, as "3" or "3/120"; halves are "3a" and "3b"')
    .requiredOption('--out <file>', 'the pack; it is there only when it is whole')
    .option('--map <from=to>', 'what lies below FROM in the plan is below TO here; may be repeated', collect)
    .option('--scratch <dir>', 'folder on a local disk for what is needed meanwhile')
    .option('--stage <dir>', 'copy archives of images to this folder on a local disk, once')
    .addOption(providerOption())
    .addOption(threadsOption())
    .addOption(batchOption())
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PackFlags>()
      const client = await session.client()
      const plan = at(file)
      const unit = await unitOf(
        options.unit,
        async () => (await client.units.read({ path: plan })).units.length,
      )
      const { provider, threads, batch, scratch, stage } = options
      const pack = await followWork(
        session,
        options,
        (stop) =>
          client.units.run(
            {
              plan,
              unit,
              out: at(options.out),
              maps: (options.map ?? []).map(mapOf),
              ...(scratch === undefined ? {} : { scratch: at(scratch) }),
              ...(stage === undefined ? {} : { stage: at(stage) }),
              settings: {
                ...(provider === undefined ? {} : { provider }),
                ...(threads === undefined ? {} : { threads }),
                ...(batch === undefined ? {} : { batch }),
              },
            },
            stop,
          ),
        'Nothing of it is left; run the same command again.',
      )
      session.print(options, pack, () =>
        formatPairs([
          ['pack', pack.path],
          ['unit', pack.unit],
          ['facts', String(pack.facts.predictions + pack.facts.measurements)],
          ['failures', String(pack.facts.failures)],
          ['size', formatBytes(pack.bytes)],
          ['first answer', `after ${formatDuration(pack.seconds.opening)}`],
          ['all', formatDuration(pack.seconds.all)],
        ]),
      )
    })
}

/** The name of a unit from "3" or "3/120", where the plan must have 120. */
async function unitOf(text: string, count: () => Promise<number>): Promise<string> {
  const [, name = '', of] = /^(\d+[ab]*)(?:\/(\d+))?$/.exec(text) ?? []
  if (name === '')
    throw new KernelscopeError('USAGE', `invalid --unit: ${text}`, {
      hint: 'Give a number, as 3 or 3/120; "study units" lists them.',
    })
  const units = of === undefined ? null : await count()
  if (units !== null && Number(of) !== units)
    throw new KernelscopeError('USAGE', `invalid --unit: ${text}: the plan has ${units} units`)
  return name
}

function mapOf(text: string): { from: string; to: string } {
  const at = text.indexOf('=')
  if (at > 0 && at < text.length - 1) return { from: text.slice(0, at), to: text.slice(at + 1) }
  throw new KernelscopeError('USAGE', `invalid --map: ${text}`, {
    hint: 'Give two absolute paths: --map /home/me/data=/scratch/data.',
  })
}

const secondsOf = ({ units }: PlanSummary) => units.reduce((sum, { seconds }) => sum + seconds, 0)

function describePlan(plan: PlanSummary): string {
  const all = secondsOf(plan)
  const longest = Math.max(0, ...plan.units.map(({ seconds }) => seconds))
  return formatPairs([
    ['plan', plan.path],
    ['sha256', plan.digest],
    ['study', plan.study.title],
    ['units', String(plan.units.length)],
    ['answers', String(plan.units.reduce((sum, { answers }) => sum + answers, 0))],
    ['time', `${formatDuration(all)} in all, at most ${formatDuration(longest)} a unit${guessed(plan)}`],
    ...plan.models.map(({ title, path }) => ['model', `${title}: ${path}`] as const),
    ...plan.datasets.map(({ title, root }) => ['dataset', `${title}: ${root}`] as const),
  ])
}

const guessed = ({ measured }: PlanSummary) =>
  measured ? '' : ', guessed from the size of the models: none was measured here yet'

const unitTable = (plan: PlanSummary): string =>
  formatTable(
    [
      { title: 'Unit', right: true },
      { title: 'Model' },
      { title: 'Conditions' },
      { title: 'Images' },
      { title: 'Answers', right: true },
      { title: 'About', right: true },
    ],
    plan.units.map(({ name, title, conditions, images, answers, seconds }) => [
      name,
      title,
      conditions[1] > conditions[0] ? `${conditions[0] + 1} to ${conditions[1]}` : 'none',
      `${images[0] + 1} to ${images[1]}`,
      String(answers),
      formatDuration(seconds),
    ]),
    'no units',
  )
