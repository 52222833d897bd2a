import { resolve } from 'node:path'
import type { Command } from 'commander'
import { formatBytes, formatPairs, formatTable } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

const cuda = `The CUDA parts of ONNX Runtime are not shipped; fetch them once, on a machine with the open internet:

  npm run setup:cuda        in a checkout of Kernelscope

Then "kernelscope doctor" says whether CUDA and TensorRT are there, and why where they are not.
Studies take them with --provider cuda (or auto, which tries CUDA first and says what runs).
`

interface DoctorFlags extends GlobalOptions {
  zip?: string
  keepNames?: boolean
}

export function addSystemCommands(program: Command, session: CliSession, fail: (exit: number) => void): void {
  program
    .command('doctor')
    .description(
      'what this machine offers: versions, providers and why CUDA is or is not there, disk, display',
    )
    .option(
      '--zip <file>',
      'save all of it with settings, log, jobs and a check of the workspace, for a report',
    )
    .option('--keep-names', 'with --zip: keep the names of the home folder, the user and the machine')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorFlags>()
      const client = options.workspace ? await session.openWorkspace(options) : await session.client()
      if (options.zip !== undefined) {
        const path = resolve(session.io.cwd, options.zip)
        const saved = await client.system.saveDiagnostics({ path, redact: options.keepNames !== true })
        return session.print(options, saved, () =>
          [`${saved.path} (${formatBytes(saved.bytes)})`, ...saved.files.map((file) => `  ${file}`), ''].join(
            '\n',
          ),
        )
      }
      const version = await client.system.version()
      const { checks, providers } = await client.system.doctor()
      session.print(options, { version, checks, providers }, () =>
        [
          formatPairs(
            checks.map(({ title, state, value, hint }) => [
              title,
              `${mark[state]} ${value}${hint ? ` (${hint})` : ''}`,
            ]),
          ),
          formatTable(
            [{ title: 'Provider' }, { title: 'There' }, { title: 'Why' }],
            providers.map(({ name, available, reason }) => [name, available ? 'yes' : 'no', reason]),
          ),
        ].join('\n'),
      )
      if (checks.some(({ state }) => state === 'error')) fail(9)
    })

  program
    .command('setup-cuda')
    .description('how to get the CUDA parts of ONNX Runtime')
    .action((_: unknown, command: Command) => {
      session.print(command.optsWithGlobals<GlobalOptions>(), { command: 'npm run setup:cuda' }, () => cuda)
    })
}

const mark = { ok: 'ok', warning: 'warning:', error: 'error:' }
