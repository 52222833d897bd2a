import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { formatTable } from '../format.ts'
import { numberOf } from '../flags.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface ServeFlags extends GlobalOptions {
  stdio?: boolean
  stop?: boolean
  engine?: boolean
  idle?: number
}

/** Minutes that an engine without clients and jobs stays: a window that comes back soon finds all as it was. */
const usualIdle = 10

export function addServeCommand(program: Command, session: CliSession): void {
  program
    .command('serve')
    .description('engines for windows on other machines: lists those of this user')
    .option('--stdio', 'serve a window over standard input and output, as ssh starts it')
    .option('--stop', 'end the engines; their running batches are stored')
    .option(
      '--idle <minutes>',
      'end the engine after so long without windows and jobs',
      numberOf('--idle'),
      idleOf(session.io.env),
    )
    .addOption(program.createOption('--engine').hideHelp())
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ServeFlags>()
      const { placesOf, runningEngines, serveEngine, serveStdio } = await import('#engine/serve/index.ts')
      const places = placesOf(session.io.env)
      if (options.engine) {
        return serveEngine({
          places,
          workspace: options.workspace ?? null,
          idleMinutes: options.idle ?? usualIdle,
          ready: () => process.send?.('ready'),
          signal: session.io.signal,
        })
      }
      if (options.stdio) {
        const [entry = ''] = process.argv.slice(1)
        const args = [entry, 'serve', '--engine', '--idle', String(options.idle ?? usualIdle)]
        const streams = { input: process.stdin, output: process.stdout, signal: session.io.signal }
        return serveStdio(streams, places, { node: process.execPath, args })
      }
      const engines = existsSync(places.run) ? runningEngines(places.run) : []
      if (options.stop) for (const { pid } of engines) process.kill(pid, 'SIGTERM')
      session.print(options, { engines }, () =>
        formatTable(
          [{ title: 'Process', right: true }, { title: 'Version' }, { title: 'Workspace' }],
          engines.map(({ pid, version, workspace }) => [String(pid), version, workspace ?? 'none']),
          'no engines run for other machines',
        ),
      )
    })
}

/** KERNELSCOPE_IDLE, in minutes, where it is a number. */
function idleOf(env: Record<string, string | undefined>): number {
  const minutes = Number(env['KERNELSCOPE_IDLE'])
  return minutes > 0 ? minutes : usualIdle
}
