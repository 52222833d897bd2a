import type { Command } from 'commander'
import { unitTitle } from '#shared/clusterWords.ts'
import type { ClusterRun } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from '../client.ts'
import { describeRun, runTable } from '../clusterText.ts'
import { followRuns } from '../followRuns.ts'
import { followWork } from '../followWork.ts'
import { formatDuration, formatPairs, formatTable, printable } from '../format.ts'
import { namedStudy } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { addClusterProfileCommands } from './clusterProfile.ts'

interface SubmitFlags extends GlobalOptions {
  profile: string
  cost?: boolean
  wait?: boolean
}

/** Adds the commands for studies on SLURM clusters. */
export function addClusterCommands(
  program: Command,
  session: CliSession,
  fail: (exit: number) => void,
): void {
  const cluster = program.command('cluster').description('studies as arrays of a SLURM cluster')
  addClusterProfileCommands(cluster, session, fail)

  cluster
    .command('submit')
    .description('submit the units of a study; what was submitted is in the workspace')
    .argument('<study>', 'id or title')
    .requiredOption('--profile <name>', 'see "cluster profile list"')
    .option('--cost', 'only say how many units there would be, and how long they would take')
    .option('--wait', 'wait for the end, and merge packs as they arrive')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<SubmitFlags>()
      const client = await session.openWorkspace(options, {}, true)
      const { id } = await namedStudy(client, name, session)
      if (options.cost) return printCost(session, client, id, options)
      const exit = await submitStudy(session, client, id, options)
      fail(exit)
    })

  cluster
    .command('list')
    .description('the runs of the workspace, the newest first')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options, {}, true)
      const runs = await client.cluster.list({})
      const titles = new Map((await client.studies.list()).map(({ id, title }) => [id, title]))
      session.print(options, { runs }, () => runTable(runs, (id) => titles.get(id) ?? `study ${id}`))
    })

  cluster
    .command('show')
    .description('a run with the units that a try of failed; SLURM is asked first')
    .argument('<run>', 'id; see "cluster list"')
    .action(async (text: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options, {}, true)
      const id = idOf(text)
      const { finishedAt } = await client.cluster.get({ id })
      const run = await (
        finishedAt === null && !options.readOnly ? client.cluster.refresh : client.cluster.get
      )({ id })
      const { units } = await client.cluster.units({ id, tried: true, limit: 1000 })
      session.print(options, { run, units }, () =>
        [
          describeRun(run),
          formatTable(
            [
              { title: 'Unit' },
              { title: 'Model' },
              { title: 'Images', right: true },
              { title: 'State' },
              { title: 'Tries' },
            ],
            units.map(({ name, model, images, state, attempts }) => [
              name,
              model,
              String(images),
              unitTitle(state),
              attempts
                .map(({ reason }) => reason)
                .filter(Boolean)
                .join('; '),
            ]),
            'no try of a unit failed',
          ),
        ].join('\n'),
      )
    })

  cluster
    .command('wait')
    .alias('watch')
    .description('wait until runs are over, merge packs as they arrive, and submit again what failed')
    .argument('[runs...]', 'ids; all that are not over where left out')
    .action(async (ids: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options, {}, true)
      const wanted = ids.length > 0 ? ids.map(idOf) : (await openRuns(client)).map(({ id }) => id)
      const runs = await followRuns(client, wanted, session.io, options.quiet)
      session.print(options, { runs }, () => runs.map(describeRun).join('\n') || 'no run is open\n')
      fail(exitOf(runs))
    })

  for (const [verb, description] of [
    ['cancel', 'cancel what SLURM has of runs; what was merged stays'],
    ['resume', 'submit again what was cancelled or has failed'],
  ] as const)
    cluster
      .command(verb)
      .description(description)
      .argument('<runs...>', 'ids; see "cluster list"')
      .action(async (ids: string[], _: unknown, command: Command) => {
        const options = command.optsWithGlobals<GlobalOptions>()
        const client = await session.openWorkspace(options, {}, true)
        const runs: ClusterRun[] = []
        for (const id of ids.map(idOf)) runs.push(await client.cluster[verb]({ id }))
        session.print(options, { runs }, () => runs.map(describeRun).join('\n'))
      })

  cluster
    .command('log')
    .description('the last lines that the last task of a unit wrote')
    .argument('<run>', 'id; see "cluster list"')
    .argument('<unit>', 'name; see "cluster show"')
    .action(async (run: string, unit: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options, {}, true)
      const log = await client.cluster.log({ id: idOf(run), unit })
      session.print(options, log, () => `${log.text.split('\n').map(printable).join('\n')}\n`)
    })
}

/** Submits a study, and waits where that is asked for. Returns the exit code. */
export async function submitStudy(
  session: CliSession,
  client: Client,
  studyId: number,
  options: Omit<SubmitFlags, 'cost'>,
): Promise<number> {
  const submitted = await followWork(
    session,
    options,
    (how) => client.cluster.submit({ studyId, profile: options.profile }, how),
    'What was submitted is in "cluster list".',
  )
  const [waited] = options.wait ? await followRuns(client, [submitted.id], session.io, options.quiet) : []
  const run = waited ?? submitted
  session.print(options, run, () => describeRun(run))
  return exitOf([run])
}

const exitOf = (runs: readonly ClusterRun[]): number =>
  runs.some(({ state }) => state === 'failed' || state === 'cancelled') ? 7 : 0

const openRuns = async (client: Client) =>
  (await client.cluster.list({})).filter(({ finishedAt }) => finishedAt === null)

async function printCost(
  session: CliSession,
  client: Client,
  studyId: number,
  options: SubmitFlags,
): Promise<void> {
  const cost = await client.cluster.cost({ studyId, profile: options.profile })
  const guessed = cost.measured ? '' : ', guessed: no model was timed here yet'
  session.print(options, cost, () =>
    formatPairs([
      ['units', String(cost.units)],
      ['images', String(cost.images)],
      ['answers', String(cost.answers)],
      ['time of all units', `${formatDuration(cost.seconds)}${guessed}`],
      ['time with all tasks at once', formatDuration(cost.secondsAtOnce)],
    ]),
  )
}

function idOf(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new KernelscopeError('USAGE', `not the id of a run: ${text}`, { hint: 'See "cluster list".' })
}
