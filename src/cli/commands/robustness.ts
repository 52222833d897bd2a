import { Option, type Command } from 'commander'
import { KernelscopeError } from '#shared/errors.ts'
import {
  accuracyColumns,
  effectiveRobustness,
  fewestModels,
  robustnessNotes,
  robustnessTable,
} from '#shared/effectiveRobustness.ts'
import type { AccuracyScale } from '#shared/maths/accuracyLine.ts'
import { collect } from '../flags.ts'
import { formatDataTable } from '../format.ts'
import { modelIdsOf } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface RobustnessFlags extends GlobalOptions {
  on: string
  given: string
  scale: AccuracyScale
  model?: string[]
}

/** Adds `study robustness`: how far models are from the line through their accuracies on two sets. */
export function addRobustnessCommand(study: Command, session: CliSession): void {
  study
    .command('robustness')
    .description(
      'effective robustness: distance of models from the line through their accuracies on two sets',
    )
    .requiredOption('--on <metric>', 'accuracy on the other set, a key of the ranking')
    .option('--given <metric>', 'accuracy on ordinary images', 'clean-accuracy.top1')
    .addOption(
      new Option('--scale <scale>', 'scale of the line').choices(['logit', 'probit']).default('logit'),
    )
    .option(
      '--model <name>',
      'id, title or file; several by repeating it, all models where left out',
      collect,
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<RobustnessFlags>()
      const client = await session.openWorkspace(options)
      const modelIds = options.model ? await modelIdsOf(client, options.model, session) : undefined
      const ranking = await client.studies.ranking({ reference: null, ...(modelIds ? { modelIds } : {}) })
      const keys = accuracyColumns(ranking).map(({ key }) => key)
      for (const [flag, key] of [
        ['--given', options.given],
        ['--on', options.on],
      ] as const)
        if (!keys.includes(key))
          throw new KernelscopeError('USAGE', `invalid ${flag}: no accuracies named ${key}`, {
            hint: keys.length === 0 ? 'Measure models first.' : `There are ${keys.join(', ')}.`,
          })
      const found = effectiveRobustness(ranking, options.given, options.on, options.scale)
      if (!found)
        throw new KernelscopeError(
          'USAGE',
          `a line needs two different columns that ${fewestModels} models or more have`,
        )
      const table = robustnessTable(found)
      session.print(options, { table, notes: robustnessNotes(found) }, () =>
        [formatDataTable(table), ...robustnessNotes(found).map((note) => `${note}\n`)].join(''),
      )
    })
}
