import type { Command } from 'commander'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { clusterProfile, type ClusterProfile } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { checkTable } from '../clusterText.ts'
import { collect, integerOf, listOf, numberOf } from '../flags.ts'
import { followWork } from '../followWork.ts'
import { formatTable } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface ProfileFlags extends GlobalOptions {
  host?: string
  folder: string
  partition?: string
  account?: string
  minutes?: number
  memory?: string
  cpus?: number
  gpus?: string
  tasks?: number
  sbatch?: string[]
  module?: string[]
  prologue?: string
  map?: string[]
  scratch?: string
  stage?: string
  command?: string
  provider?: string
  unitMinutes?: number
}

/** Adds `cluster profile`: how studies run on a cluster, kept for all workspaces of the person. */
export function addClusterProfileCommands(
  cluster: Command,
  session: CliSession,
  fail: (exit: number) => void,
): void {
  const profile = cluster
    .command('profile')
    .description('how studies run on a cluster; kept for all your workspaces')

  profile
    .command('add')
    .description('add a profile, or replace the one of this name')
    .argument('<name>')
    .requiredOption('--folder <dir>', 'folder that login node and nodes see, as they name it')
    .option('--host <host>', 'where sbatch is run, as ssh takes it; this machine where left out')
    .option('--partition <name>', 'partition of SLURM')
    .option('--account <name>', 'account of SLURM')
    .option('--minutes <n>', 'time limit of a task', integerOf('--minutes', 1))
    .option('--memory <size>', 'memory of a task, e.g. 8G')
    .option('--cpus <n>', 'cores of a task', integerOf('--cpus', 1))
    .option('--gpus <n>', 'GPUs of a task: a number, or a type and a number as in a100:1')
    .option('--tasks <n>', 'tasks that run at once at most', integerOf('--tasks', 1))
    .option('--sbatch <option>', 'a further option of sbatch; several by repeating it', collect)
    .option('--module <name>', 'a module to load; several by repeating it', collect)
    .option('--prologue <file>', 'file with shell commands that run on the node before a unit')
    .option(
      '--map <from=to>',
      'a folder here and what it is on the cluster; several by repeating it',
      collect,
    )
    .option(
      '--scratch <dir>',
      'node-local folder for work, may name variables; $SLURM_TMPDIR, $TMPDIR or /tmp where left out',
    )
    .option('--stage <dir>', 'node-local folder to which archives are copied once per node')
    .option('--command <words>', 'what runs Kernelscope there; kernelscope where left out')
    .option('--provider <name>', 'where models run: cpu, cuda, tensorrt')
    .option('--unit-minutes <n>', 'minutes that a unit is to take', numberOf('--unit-minutes'))
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ProfileFlags>()
      const profiles = await (
        await session.client()
      ).cluster.saveProfile({
        profile: profileOf(name, options, session.io.cwd),
      })
      session.print(options, { profiles }, () => profileTable(profiles))
    })

  profile
    .command('list')
    .description('the profiles')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const profiles = await (await session.client()).cluster.profiles()
      session.print(options, { profiles }, () => profileTable(profiles))
    })

  profile
    .command('remove')
    .description('remove a profile')
    .argument('<name>')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const profiles = await (await session.client()).cluster.removeProfile({ name })
      session.print(options, { profiles }, () => profileTable(profiles))
    })

  profile
    .command('check')
    .description(
      'look at the host and its folder, compute one small unit there, and compare its facts with those of this machine',
    )
    .argument('<name>')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.client()
      const found = await followWork(
        session,
        options,
        (how) => client.cluster.check({ name }, how),
        'Start it again.',
      )
      session.print(options, found, () => checkTable(found.steps))
      fail(found.ok ? 0 : 7)
    })
}

/** @throws USAGE where an option does not fit, which is named */
function profileOf(name: string, flags: ProfileFlags, cwd: string): ClusterProfile {
  const given = {
    ...flags,
    name,
    host: flags.host ?? null,
    options: flags.sbatch,
    modules: flags.module?.flatMap(listOf),
    prologue: flags.prologue === undefined ? undefined : readPrologue(resolve(cwd, flags.prologue)),
    maps: flags.map?.map(mapOf),
  }
  const found = clusterProfile.safeParse(given)
  if (found.success) return found.data
  const [issue] = found.error.issues
  throw new KernelscopeError(
    'USAGE',
    `invalid ${issue?.path.join('.') ?? 'profile'}: ${issue?.message ?? ''}`,
  )
}

function mapOf(text: string): { from: string; to: string } {
  const [, from, to] = /^(\/.*?)=(\/.*)$/.exec(text) ?? []
  if (from === undefined || to === undefined)
    throw new KernelscopeError('USAGE', `invalid --map: ${text} is not of the form /here=/there`)
  return { from, to }
}

function readPrologue(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KernelscopeError('FILE_MISSING', `cannot read ${file}`, { cause })
  }
}

const profileTable = (profiles: readonly ClusterProfile[]): string =>
  formatTable(
    [
      { title: 'Profile' },
      { title: 'Host' },
      { title: 'Folder' },
      { title: 'Task' },
      { title: 'At once', right: true },
    ],
    profiles.map(({ name, host, folder, partition, minutes, cpus, gpus, memory, tasks }) => [
      name,
      host ?? 'this machine',
      folder,
      [partition, `${cpus} ${cpus === 1 ? 'core' : 'cores'}`, gpus && `GPU ${gpus}`, memory, `${minutes} min`]
        .filter(Boolean)
        .join(', '),
      String(tasks),
    ]),
    'no profiles; add one with "cluster profile add NAME --folder DIR"',
  )
