import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { Dataset, LabelChoice, LabelMatch, Model } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { classTitle } from '#shared/classNames.ts'
import { sourceWords, stateWords } from '#shared/labelWords.ts'
import type { Client } from '../client.ts'
import { formatTable } from '../format.ts'
import { findNamed, namedDataset } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface LabelFlags extends GlobalOptions {
  set?: string
  fromDataset?: string
  spelling?: string
}

/** Adds "model labels": how the labels of models fit the datasets, and setting them for several models at once. */
export function addLabelCommands(model: Command, session: CliSession): void {
  model
    .command('labels')
    .description(
      'how the labels of models fit the datasets; with --set, --from-dataset or --spelling, sets them for all named models',
    )
    .argument('[models...]', 'ids, titles or paths; all models where left out')
    .option('--set <list>', 'imagenet1k, or a file: one label a line, or JSON (docs/formats.md)')
    .addOption(
      new Option(
        '--from-dataset <dataset>',
        'the classes of a dataset in their order, for models that were trained with such folders',
      ).conflicts('set'),
    )
    .addOption(
      new Option(
        '--spelling <dataset>',
        'adds the names of a dataset that differ from labels in case and separators only',
      ).conflicts(['set', 'fromDataset']),
    )
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<LabelFlags>()
      const client = await session.openWorkspace(options)
      const models = namedModels(await client.models.list(), names, session)
      const modelIds = models.map(({ id }) => id)
      const choice = await choiceOf(client, options, session)
      if (choice) {
        if (names.length === 0)
          throw new KernelscopeError('USAGE', 'no model named', {
            hint: 'Name the models that get these labels.',
          })
        await client.models.setLabels({ modelIds, labels: choice })
      }
      const matches = await client.models.labelMatches({ modelIds })
      const datasets = await client.datasets.list()
      const now = (await client.models.list()).filter(({ id }) => modelIds.includes(id))
      session.print(options, { models: now.map(labelsOf), matches }, () => labelText(now, datasets, matches))
    })
}

const labelsOf = ({ id, title, classes, labelSet, labelSource }: Model) => ({
  id,
  title,
  classes,
  labelSet,
  labelSource,
})

function namedModels(models: readonly Model[], names: readonly string[], { io }: CliSession): Model[] {
  if (names.length === 0) return [...models]
  return names.map((name) => {
    const found = findNamed(models, name, io.cwd)
    if (found) return found
    throw new KernelscopeError('MODEL_NOT_FOUND', `there is no model ${name}`)
  })
}

async function choiceOf(
  client: Client,
  options: LabelFlags,
  session: CliSession,
): Promise<LabelChoice | null> {
  const { set, fromDataset, spelling } = options
  if (spelling !== undefined)
    return { kind: 'spelling', datasetId: (await namedDataset(client, spelling, session, options)).id }
  if (fromDataset !== undefined)
    return { kind: 'dataset', datasetId: (await namedDataset(client, fromDataset, session, options)).id }
  if (set === undefined) return null
  return set === 'imagenet1k' ? { kind: 'imagenet1k' } : { kind: 'file', path: resolve(session.io.cwd, set) }
}

/** The labels of models, and a line for each pair of a model and a dataset. */
function labelText(
  models: readonly Model[],
  datasets: readonly Dataset[],
  matches: readonly LabelMatch[],
): string {
  const titleOf = (rows: readonly { id: number; title: string }[], id: number) =>
    rows.find((row) => row.id === id)?.title ?? String(id)
  const own = formatTable(
    [{ title: 'Model' }, { title: 'Outputs', right: true }, { title: 'Labels' }, { title: 'Origin' }],
    models.map(({ title, classes, labelSet, labelSource }) => [
      title,
      String(classes),
      labelSet,
      sourceWords[labelSource],
    ]),
    'no models',
  )
  if (matches.length === 0) return own
  const fits = formatTable(
    [
      { title: 'Model' },
      { title: 'Dataset' },
      { title: 'Labels' },
      { title: 'Classes', right: true },
      { title: 'Not among the labels' },
      { title: 'Would match' },
    ],
    matches.map((match) => [
      titleOf(models, match.modelId),
      titleOf(datasets, match.datasetId),
      stateWords[match.state],
      `${match.matched} of ${match.classes}`,
      missing(match),
      suggestion(match, titleOf(datasets, match.datasetId)),
    ]),
  )
  return `${own}\n${fits}`
}

function missing({ unmatched, matched, classes }: LabelMatch): string {
  const shown = unmatched.slice(0, 3).map(classTitle)
  const more = classes - matched - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

function suggestion({ suggestion: found }: LabelMatch, dataset: string): string {
  if (found === null) return ''
  if (found.kind === 'imagenet1k') return '--set imagenet1k'
  if (found.kind === 'spelling') return `--spelling ${JSON.stringify(dataset)} (${found.matched} classes)`
  return `--from-dataset ${JSON.stringify(dataset)}${found.published ? '' : ' (a guess: alphabetical order)'}`
}
