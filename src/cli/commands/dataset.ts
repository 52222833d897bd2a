import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Dataset } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { datasetPaths } from '../datasetPaths.ts'
import { formatTable } from '../format.ts'
import { addDataset, knownDataset, namedDataset } from '../named.ts'
import { addRemoveCommand } from '../removing.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { addAnnotateCommands } from './annotate.ts'
import { addBrowseCommands } from './browse.ts'
import { addSubsetCommands } from './subset.ts'

interface AddFlags extends GlobalOptions {
  title?: string
  labels?: string
  unpack?: boolean
}

export function addDatasetCommands(
  program: Command,
  session: CliSession,
  fail: (exit: number) => void,
): void {
  const dataset = program.command('dataset').description('add, browse and annotate image folders')

  dataset
    .command('add')
    .description(
      'add a folder of images (class subfolders, or flat with a CSV of labels), or archives of it, and index it',
    )
    .argument(
      '<paths...>',
      'folder; .tar, .zip or .parquet; folder of them; several are a dataset each, but shards of one name one',
    )
    .option('--title <text>', 'name of the dataset; the folder name where it is left out')
    .option('--labels <csv>', 'CSV with the columns file and label')
    .option(
      '--unpack',
      'lets a .tar.gz be unpacked into the workspace; says how much it takes where it is left out',
    )
    .action(async (given: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddFlags>()
      const paths = datasetPaths(given.map((path) => resolve(session.io.cwd, path)))
      if (paths.length > 1 && options.title !== undefined)
        throw new KernelscopeError('USAGE', `--title is for one dataset, not for ${paths.length}`)
      const client = await session.openWorkspace(options)
      const more = {
        ...(options.title === undefined ? {} : { title: options.title }),
        ...(options.labels === undefined ? {} : { labels: resolve(session.io.cwd, options.labels) }),
        ...(options.unpack === true ? { unpack: true } : {}),
      }
      const added: Dataset[] = []
      for (const path of paths) added.push(await addDataset(client, { path, ...more }, session, options))
      const [dataset] = added
      session.print(options, added.length === 1 ? { dataset } : { datasets: added }, () =>
        [datasetTable(added), ...added.flatMap(reportLines)].join(''),
      )
    })

  dataset
    .command('list')
    .description('the datasets of the workspace')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const datasets = await (await session.openWorkspace(options)).datasets.list()
      session.print(options, { datasets }, () => datasetTable(datasets))
    })

  dataset
    .command('rename')
    .description('give a dataset another title')
    .argument('<dataset>', 'id, title or folder')
    .argument('<title>', 'the new title')
    .action(async (name: string, title: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const { id } = await namedDataset(client, name, session, options)
      const renamed = await client.datasets.rename({ id, title })
      session.print(options, { dataset: renamed }, () => datasetTable([renamed]))
    })

  addRemoveCommand(dataset, session, {
    rows: 'datasets',
    description: 'removes datasets with the studies over them; says first what that takes along',
    argument: 'datasets',
    find: (client, name) => knownDataset(client, name, session),
    async along(client, { id }) {
      const over = (await client.studies.list()).filter(({ datasetId }) => datasetId === id)
      return over.length === 0
        ? 'in no study'
        : `with the studies ${over.map(({ title }) => title).join(', ')}`
    },
    stays: 'Subsets go with a dataset. Its files, notes and tags of images, and stored predictions stay.',
    remove: (client, id) => client.datasets.remove({ id }),
  })
  addBrowseCommands(dataset, session)
  addSubsetCommands(dataset, session)
  addAnnotateCommands(dataset, session, fail)
}

/** How a dataset was recognised, and what is remarked of it, a line each. */
const reportLines = ({ title, report }: Dataset): string[] =>
  report === null ? [] : [report.reason, ...report.remarks].map((line) => `${title}: ${line}\n`)

function datasetTable(datasets: readonly Dataset[]): string {
  return formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Dataset' },
      { title: 'Images', right: true },
      { title: 'Unreadable', right: true },
      { title: 'Classes', right: true },
      { title: 'State' },
      { title: 'Folder' },
    ],
    datasets.map((dataset) => [
      String(dataset.id),
      dataset.title,
      String(dataset.images),
      String(dataset.unreadable),
      String(dataset.classes.length),
      dataset.problem ? `${dataset.state}: ${dataset.problem.message}` : dataset.state,
      dataset.path,
    ]),
    'no datasets; add one with "kernelscope dataset add DIR"',
  )
}
