import type { Command } from 'commander'
import { errorCodes } from '#shared/errors.ts'
import type { Damage, VerifyReport } from '#shared/contract/index.ts'
import { followWork } from '../followWork.ts'
import { formatBytes } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface VerifyFlags extends GlobalOptions {
  heal?: boolean
}

/**
 * Adds `workspace verify`.
 *
 * @param fail sets the exit code where something is damaged
 */
export function addVerifyCommand(
  workspace: Command,
  session: CliSession,
  fail: (exit: number) => void,
): void {
  workspace
    .command('verify')
    .description('check that everything in the workspace is as it was stored; exit 3 where it is not')
    .option('--heal', 'forget what is damaged and can be measured or made again')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<VerifyFlags>()
      const path = session.workspacePath(options)
      const heal = options.heal ?? false
      const client = heal ? await session.openWorkspace(options) : await session.client()
      const report = await followWork(session, options, (stop) =>
        client.workspace.verify({ path, heal }, stop),
      )
      session.print(options, report, () => describe(report))
      if ((report.healed?.left ?? report.damages).length > 0) fail(errorCodes.WORKSPACE_CORRUPT.exit)
    })
}

const helps: Record<Damage['heals'], string> = {
  forget: '--heal forgets it; what was measured is measured again',
  recount: '--heal counts again',
  index: '--heal makes the index again',
  no: 'restore a backup, or salvage what can be read',
}

const line = ({ step, message, rows, heals }: Damage) =>
  `${step}: ${rows === null ? '' : `${rows} `}${message} (${helps[heals]})`

function describe({ path, steps, damages, healed }: VerifyReport): string {
  const lines =
    damages.length === 0
      ? [`${path}: all ${steps.length} parts are as they were stored`]
      : [`${path}: damaged`, ...damages.map(line)]
  if (healed === null) return `${lines.join('\n')}\n`
  const forgotten = Object.entries(healed.forgotten).map(([table, rows]) => `${table}: ${rows} forgotten`)
  const graphs =
    healed.graphBytes > 0
      ? [`rewritten models: ${formatBytes(healed.graphBytes)} thrown away, made again when needed`]
      : []
  const again =
    'prediction' in healed.forgotten || 'measurement' in healed.forgotten
      ? ['studies measure what was forgotten when they are run again']
      : []
  const left =
    healed.left.length === 0 ? ['nothing is damaged now'] : ['still damaged:', ...healed.left.map(line)]
  return `${[...lines, ...forgotten, ...graphs, ...again, ...left].join('\n')}\n`
}
