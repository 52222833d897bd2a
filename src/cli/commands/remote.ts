import { dirname } from 'node:path'
import type { Command } from 'commander'
import { KernelscopeError } from '#shared/errors.ts'
import { farHost, parseFarAddress } from '#shared/farAddress.ts'
import { resourcePath } from '#engine/base/resources.ts'
import {
  install,
  payloadOf,
  planInstall,
  probe,
  remove,
  runThrough,
  sshCommand,
  type InstallProgress,
  type Plan,
  type Probe,
  type Run,
} from '../../remote/index.ts'
import { formatBytes, formatPairs, formatTable } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

/** Adds the commands that look at, install and remove the engine on another machine. */
export function addRemoteCommands(program: Command, session: CliSession, fail: (exit: number) => void): void {
  const remote = program
    .command('remote')
    .description('Kernelscope on another machine, which ssh reaches: look, install, remove')
  const host = '<host>'
  const ofHost = 'a name of your ssh configuration, [user@]host[:port] or ssh://…'

  remote
    .command('check')
    .description('what a machine is, what is installed there, and whether this version can be used')
    .argument(host, ofHost)
    .action(async (given: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const { name, run } = machineOf(given, session)
      const found = await probe(run, name)
      const own = ownEngine()
      const plan = planInstall(own, found)
      session.print(options, { host: name, version: own.version, build: own.build, plan, ...found }, () =>
        describe(name, found, plan),
      )
      if (plan.state !== 'ready') fail(13)
    })

  remote
    .command('install')
    .description('send the engine of this computer to a machine, for its user, where it is not there')
    .argument(host, ofHost)
    .option('--again', 'also where it is there already')
    .action(async (given: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { again?: boolean }>()
      const { name, run } = machineOf(given, session)
      const own = ownEngine()
      const plan = planInstall(own, await probe(run, name))
      if (plan.state === 'byHand')
        throw new KernelscopeError(
          'UNSUPPORTED',
          `the engine cannot be sent to ${name}: ${lower(plan.why)}`,
          {
            hint: `Install it there, in a checkout of Kernelscope: ${plan.command}`,
          },
        )
      const sent = plan.state === 'install' || options.again === true
      if (sent) await install(run, name, own, { told: teller(session, options), signal: session.io.signal })
      session.print(options, { host: name, version: own.version, build: own.build, installed: sent }, () =>
        sent
          ? `${own.version} is installed on ${name}, as ${own.build}\n`
          : `${own.version} is there already\n`,
      )
    })

  remote
    .command('remove')
    .description('remove an installed version, or all of them, from a machine')
    .argument(host, ofHost)
    .argument('[version]', 'a version or build, as `remote check` lists it')
    .action(async (given: string, version: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const { name, run } = machineOf(given, session)
      const { builds } = await probe(run, name)
      const chosen = builds.filter(
        (build) => version === undefined || build.name === version || build.version === version,
      )
      if (version !== undefined && chosen.length === 0)
        throw new KernelscopeError('USAGE', `${version} is not installed on ${name}`, {
          hint: `Installed are: ${builds.map((build) => build.name).join(', ') || 'none'}.`,
        })
      const removed = await remove(
        run,
        name,
        chosen.map((build) => build.name),
      )
      session.print(options, { host: name, removed }, () =>
        removed.length === 0 ? `nothing is installed on ${name}\n` : `removed ${removed.join(', ')}\n`,
      )
    })
}

/** The engine of this program. */
const ownEngine = () => payloadOf({ app: dirname(resourcePath()), node: process.execPath })

/** @throws USAGE where it names no machine */
function machineOf(given: string, { io }: CliSession): { name: string; run: Run } {
  const address = parseFarAddress(given.includes('://') ? given : `ssh://${given}`)
  const run = runThrough((command) => sshCommand(address, command, io.env), io.env, io.signal)
  return { name: farHost(address), run }
}

function teller({ io }: CliSession, { quiet }: GlobalOptions): (progress: InstallProgress) => void {
  let last = ''
  return ({ step, bytes, total }) => {
    const percent = total > 0 ? Math.floor((10 * bytes) / total) * 10 : 0
    const text = step === 'sending' ? `sending ${formatBytes(total)}: ${percent} %` : step
    if (text === last || quiet === true) return
    last = text
    io.err(`${text}\n`)
  }
}

function describe(name: string, found: Probe, plan: Plan): string {
  const pairs: [string, string][] = [
    ['Machine', `${name}: ${[found.platform, found.arch, found.libc].filter(Boolean).join(', ')}`],
    ['Free in the home folder', found.free === null ? 'unknown' : formatBytes(found.free)],
    [
      'On the PATH',
      found.onPath ? `${found.onPath.version || 'does not run'} (${found.onPath.path})` : 'none',
    ],
    ['This version', planText(name, plan)],
  ]
  return `${formatPairs(pairs)}${formatTable(
    [{ title: 'Installed build' }, { title: 'Used as' }, { title: 'Size', right: true }],
    found.builds.map((build) => [build.name, build.version ?? '', formatBytes(build.bytes)]),
    'nothing is installed by Kernelscope',
  )}`
}

function planText(name: string, plan: Plan): string {
  if (plan.state === 'ready') return plan.by === 'cache' ? 'installed' : 'on the PATH of the machine'
  if (plan.state === 'install') return `${plan.why} Install it: kernelscope remote install ${name}`
  return `${plan.why} Install it there, in a checkout of Kernelscope: ${plan.command}`
}

const lower = (sentence: string): string =>
  `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`
