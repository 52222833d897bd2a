import { Command, CommanderError } from 'commander'
import { stoppedBy } from '#engine/base/stopSignal.ts'
import { errorCodes } from '#shared/errors.ts'
import { addFactsCommands } from './commands/facts.ts'
import { addBundleCommands } from './commands/bundle.ts'
import { addClusterCommands } from './commands/cluster.ts'
import { addDatasetCommands } from './commands/dataset.ts'
import { addFigureCommand } from './commands/figure.ts'
import { addJobCommands } from './commands/job.ts'
import { addModelCommands } from './commands/model.ts'
import { addRemoteCommands } from './commands/remote.ts'
import { addReportCommands } from './commands/report.ts'
import { addServeCommand } from './commands/serve.ts'
import { addStudyCommands } from './commands/study.ts'
import { addTableCommand } from './commands/table.ts'
import { addSystemCommands } from './commands/system.ts'
import { addWorkspaceCommands } from './commands/workspace.ts'
import { RemoteEngine } from '../remote/index.ts'
import type { ConnectFar, StartEngine } from './client.ts'
import { connectFar } from './far.ts'
import { exitCodeOf, formatFailure, shapeOfFailure } from './failure.ts'
import type { Io } from './io.ts'
import { CliSession, type GlobalOptions } from './session.ts'

/**
 * Runs one command and returns its exit code. Ctrl-C ends all that it waits for. Results go to `io.out`, everything else to `io.err`; nothing is read or
 * printed elsewhere.
 *
 * @param args the words after the program's name
 * @param version shown by --version
 */
export async function runCli(
  args: readonly string[],
  io: Io,
  start: StartEngine,
  version: string,
): Promise<number> {
  const connect: ConnectFar = (address, env, tell) =>
    connectFar(new RemoteEngine({ address, version, env }), tell)
  const session = new CliSession(io, start, connect)
  let exit = 0
  const program = buildProgram(session, version, (code) => (exit = code))
  try {
    await stoppedBy(io.signal, () =>
      Promise.race([program.parseAsync(withCommand(args), { from: 'user' }), session.lost]),
    )
  } catch (error) {
    // Help and version have been printed by now.
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof CommanderError && error.code === 'commander.help') return errorCodes.USAGE.exit
    const shape = shapeOfFailure(error)
    io.err(formatFailure(shape, wantsJson(args)))
    exit = exitCodeOf(shape)
  } finally {
    await session.close()
  }
  return exit
}

function buildProgram(session: CliSession, version: string, fail: (exit: number) => void): Command {
  const { io } = session
  const program = new Command('kernelscope')
    .description('Look inside ONNX image classifiers and measure how robust they are.')
    .version(version)
    .option('-w, --workspace <dir>', 'folder of the workspace, or ssh://host/folder')
    .option('--json', 'print results and errors as JSON')
    .option('-q, --quiet', 'show no progress')
    .option('--read-only', 'only read the workspace; another Kernelscope may have it open')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: () => undefined,
    })
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', async (_, command) => {
      if (!ofThisMachine.has(topOf(command))) await session.connect(command.optsWithGlobals<GlobalOptions>())
    })
  addWorkspaceCommands(program, session, fail)
  addModelCommands(program, session, fail)
  addDatasetCommands(program, session, fail)
  addStudyCommands(program, session, fail)
  addFactsCommands(program, session, fail)
  addFigureCommand(program, session)
  addJobCommands(program, session)
  addTableCommand(program, session)
  addReportCommands(program, session)
  addBundleCommands(program, session, fail)
  addServeCommand(program, session)
  addRemoteCommands(program, session, fail)
  addClusterCommands(program, session, fail)
  addSystemCommands(program, session, fail)
  return program
}

/** Commands that are about this machine, wherever the workspace is. */
const ofThisMachine: ReadonlySet<string> = new Set(['serve', 'remote', 'setup-cuda'])

/** Name of the command below the program, as `study` of `study run`. */
const topOf = (command: Command): string => (command.parent?.parent ? topOf(command.parent) : command.name())

/** A model or a bundle alone is shown: its file stands for `model inspect FILE` or `bundle open FILE`. */
function withCommand(args: readonly string[]): string[] {
  const [file = ''] = args
  const command = /\.(onnx|safetensors|pth|pth\.tar|pt|ckpt|npz)$/i.test(file)
    ? ['model', 'inspect']
    : /\.zip$/i.test(file)
      ? ['bundle', 'open']
      : []
  return [...command, ...args]
}

/** Reads the raw words, because a parsing error leaves no options. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).includes('--json')
}
