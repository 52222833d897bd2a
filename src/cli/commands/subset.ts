import type { Command } from 'commander'
import type { Dataset, Subset } from '#shared/contract/index.ts'
import { filterToText } from '#shared/filterText.ts'
import { KernelscopeError, type ErrorCode, type ErrorShape } from '#shared/errors.ts'
import type { Client } from '../client.ts'
import { shapeOfFailure } from '../failure.ts'
import { collect, integerOf } from '../flags.ts'
import { formatTable, formatTime, printable } from '../format.ts'
import { ruleOf } from '../imageFilter.ts'
import { checkUnlisted, namedDataset } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { filtered, withFilter, type FilterFlags } from './browse.ts'

export function addSubsetCommands(dataset: Command, session: CliSession): void {
  const subset = dataset
    .command('subset')
    .description('named subsets of a dataset: rules, or lists of images')

  subset
    .command('list')
    .description('the subsets there are')
    .argument('[dataset]', 'id, title or folder')
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const of =
        name === undefined ? {} : { datasetId: (await namedDataset(client, name, session, options)).id }
      const subsets = await client.subsets.list(of)
      const sized: SizedSubset[] = []
      for (const one of subsets) sized.push({ ...one, ...(await sizeOf(client, one)) })
      session.print(options, { subsets: sized }, () => subsetTable(sized))
    })

  withFilter(
    subset.command('save').description('save a filter, or listed images, under a name; again to replace it'),
  )
    .requiredOption('--name <text>', 'name of the subset')
    .option('--image <id>', 'these images instead of a rule; may be repeated', collect)
    .option('--fixed', 'the images that fit now, as a list, instead of the rule')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        FilterFlags & { name: string; image?: string[]; fixed?: boolean }
      >()
      const { client, dataset, filter } = await filtered(session, name, options)
      const ids =
        options.image?.map(integerOf('--image', 1)) ??
        (options.fixed ? await idsOf(client, dataset, filter) : null)
      const selection = ids ? { filter: null, ids } : ruleOf(filter)
      const known = (await client.subsets.list({ datasetId: dataset.id })).find(
        (s) => s.name === options.name,
      )
      const saved = known
        ? await client.subsets.update({ id: known.id, selection })
        : await client.subsets.create({ datasetId: dataset.id, name: options.name, selection })
      const { images } = await client.datasets.selected({ datasetId: dataset.id, selection })
      session.print(
        options,
        { ...saved, images },
        () => `subset ${saved.id}: ${saved.name}, ${images} images\n`,
      )
    })

  named(subset.command('rename').description('give a subset another name'), '<subset>')
    .argument('<name>', 'the new name')
    .action(async (dataset: string, old: string, name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const { client, found } = await subsetOf(session, dataset, old, options)
      const renamed = await client.subsets.update({ id: found.id, name })
      session.print(options, renamed, () => `subset ${renamed.id}: ${renamed.name}\n`)
    })

  named(
    subset.command('remove').description('remove a subset; its images and studies stay'),
    '<subset>',
  ).action(async (dataset: string, name: string, _: unknown, command: Command) => {
    const options = command.optsWithGlobals<GlobalOptions>()
    const { client, found } = await subsetOf(session, dataset, name, options)
    await client.subsets.remove({ id: found.id })
    session.print(options, { removed: found.id }, () => `subset ${found.name} removed\n`)
  })
}

const named = (command: Command, argument: string) =>
  command.argument('<dataset>', 'id, title or folder').argument(argument, 'id or name')

/**
 * A subset of a dataset by name or id.
 * @throws SUBSET_NOT_FOUND where there is none
 */
export async function namedSubset(client: Client, dataset: Dataset, name: string): Promise<Subset> {
  const subsets = await client.subsets.list({ datasetId: dataset.id })
  const found = subsets.find((s) => s.name === name) ?? subsets.find((s) => String(s.id) === name)
  if (found) return found
  await checkUnlisted(name, client.subsets.get)
  throw new KernelscopeError('SUBSET_NOT_FOUND', `there is no subset ${name} of ${dataset.title}`)
}

/** `images` is null where something that the rule names is gone; `problem` says what. */
type SizedSubset = Subset & { images: number | null; problem?: ErrorShape }

const gone: readonly ErrorCode[] = ['MODEL_NOT_FOUND', 'STUDY_NOT_FOUND', 'SUBSET_NOT_FOUND']

async function sizeOf(
  client: Client,
  { datasetId, selection }: Subset,
): Promise<Pick<SizedSubset, 'images' | 'problem'>> {
  try {
    return await client.datasets.selected({ datasetId, selection })
  } catch (error) {
    const problem = shapeOfFailure(error)
    if (!gone.includes(problem.code)) throw error
    return { images: null, problem }
  }
}

function subsetTable(subsets: readonly SizedSubset[]): string {
  const table = formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Subset' },
      { title: 'Dataset', right: true },
      { title: 'Images', right: true },
      { title: 'Changed' },
      { title: 'Rule' },
    ],
    subsets.map((s) => [
      String(s.id),
      s.name,
      String(s.datasetId),
      String(s.images ?? '–'),
      formatTime(s.changedAt),
      ruleText(s),
    ]),
    'no subsets; save one with "kernelscope dataset subset save DATASET --name NAME --filter KEY=VALUE"',
  )
  const stale = subsets.flatMap(({ name, problem }) => (problem ? [`${name}: ${problem.message}`] : []))
  return table + stale.map((line) => `${printable(line)}\n`).join('')
}

async function subsetOf(session: CliSession, dataset: string, name: string, options: GlobalOptions) {
  const { client, dataset: owner } = await filtered(session, dataset, options)
  return { client, found: await namedSubset(client, owner, name) }
}

async function idsOf(
  client: Client,
  { id }: Dataset,
  filter: Subset['selection']['filter'],
): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; ; from += 1000) {
    const page = await client.datasets.images({ datasetId: id, filter: filter ?? {}, from, limit: 1000 })
    ids.push(...page.rows.map((row) => row.id))
    if (page.rows.length < 1000) return ids
  }
}

function ruleText({ selection: { filter, ids } }: Subset): string {
  if (filter === null) return `a list of ${ids.length}`
  const text = Object.entries(filterToText(filter)).map(([key, value]) => `${key}=${value}`)
  return [...(text.length ? text : ['all']), ...(ids.length ? [`but ${ids.length}`] : [])].join(' ')
}
