import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import { classTitle } from '#shared/classNames.ts'
import { otherOrderWarning } from '#shared/labelWords.ts'
import type { ImageRow } from '#shared/contract/index.ts'
import { classHint, facetText, imageTable } from '../browseText.ts'
import { collect, integerOf } from '../flags.ts'
import { formatInterval, formatTable, percent } from '../format.ts'
import { parseFilter, parseFact, parseOrder, ruleOf } from '../imageFilter.ts'
import { namedDataset } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

export interface FilterFlags extends GlobalOptions {
  filter?: string[]
}

/** Adds the filter options, which every command over images has. */
export const withFilter = (command: Command) =>
  command
    .argument('<dataset>', 'id, title or folder')
    .option(
      '--filter <key=value>',
      'only images that fit; several by repeating it, see docs/browse.md',
      collect,
    )

/**
 * The dataset that a command names, and its filter.
 * @throws DATASET_NOT_FOUND where there is no such dataset, USAGE where a filter is invalid
 */
export async function filtered(session: CliSession, name: string, options: FilterFlags) {
  const client = await session.openWorkspace(options)
  const dataset = await namedDataset(client, name, session, options)
  const filter = await parseFilter(client, dataset, options.filter ?? [], session.io.cwd)
  return { client, dataset, filter }
}

export function addBrowseCommands(dataset: Command, session: CliSession): void {
  withFilter(dataset.command('images').description('the images of a dataset that fit a filter'))
    .option('--order <by>', 'BY, BY:down or BY:down:MODEL; confidence, trueMargin, rank, bytes, …', 'place')
    .option('--from <n>', 'skip the first n', integerOf('--from', 0), 0)
    .option('--limit <n>', 'at most n', integerOf('--limit', 1), 50)
    .option('--out <csv>', 'write all of them with paths and digests instead of printing')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        FilterFlags & { order: string; from: number; limit: number; out?: string }
      >()
      const { client, dataset, filter } = await filtered(session, name, options)
      const order = await parseOrder(client, options.order, session.io.cwd)
      if (options.out !== undefined) {
        const path = resolve(session.io.cwd, options.out)
        const list = await client.datasets.exportList({
          datasetId: dataset.id,
          selection: ruleOf(filter),
          order,
          path,
        })
        return session.print(options, list, () => `${list.path}\n`)
      }
      const { images } = await client.datasets.count({ datasetId: dataset.id, filter })
      const rows: ImageRow[] = []
      while (rows.length < options.limit) {
        const limit = Math.min(1000, options.limit - rows.length)
        const from = options.from + rows.length
        const page = await client.datasets.images({ datasetId: dataset.id, filter, order, from, limit })
        rows.push(...page.rows)
        if (page.rows.length < limit) break
      }
      session.print(
        options,
        { images, rows },
        () => imageTable(rows, images) + classHint(images, dataset, filter),
      )
    })

  withFilter(dataset.command('facets').description('how many images each choice of a filter would leave'))
    .option(
      '--facts <model>',
      'also by the predictions of this model: MODEL, MODEL~CHANGE or MODEL:CONDITION; may be repeated',
      collect,
    )
    .addOption(new Option('--look <model>', 'the name of --facts before 0.2').argParser(collect).hideHelp())
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<FilterFlags & { facts?: string[]; look?: string[] }>()
      const { client, dataset, filter } = await filtered(session, name, options)
      const shownFacts = []
      const asked = [...(options.facts ?? []), ...(options.look ?? [])]
      for (const text of asked) shownFacts.push(await parseFact(client, text, session.io.cwd))
      const facets = await client.datasets.facets({ datasetId: dataset.id, filter, shownFacts })
      session.print(options, facets, () => facetText(facets, dataset, asked))
    })

  withFilter(dataset.command('confusion').description('what each class is taken for by a model'))
    .requiredOption(
      '--model <name>',
      'id, title or file; MODEL~CHANGE of a changed model, MODEL:CONDITION under a stored condition',
    )
    .option('--pairs <n>', 'number of listed mistakes', integerOf('--pairs', 0), 20)
    .option('--classes', 'list every class instead')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        FilterFlags & { model: string; pairs: number; classes?: boolean }
      >()
      const { client, dataset, filter } = await filtered(session, name, options)
      const shownFact = await parseFact(client, options.model, session.io.cwd)
      const found = await client.datasets.confusion({
        datasetId: dataset.id,
        filter,
        shownFact,
        pairs: options.pairs,
      })
      session.print(options, found, () => {
        const warning =
          found.rightInOtherOrder === null ? '' : `${otherOrderWarning(found.rightInOtherOrder)}\n`
        const head = `${found.correct} of ${found.n} right, ${percent(found.n ? found.correct / found.n : null)}\n${warning}\n`
        if (!options.classes)
          return (
            head +
            formatTable(
              [
                { title: 'True class' },
                { title: 'Taken for' },
                { title: 'Images', right: true },
                { title: 'Of class', right: true },
              ],
              found.pairs.map((p) => [
                classTitle(p.truthName),
                classTitle(p.predictedName),
                String(p.n),
                percent(p.share),
              ]),
              'no mistakes',
            )
          )
        return (
          head +
          formatTable(
            [
              { title: 'Class' },
              { title: 'Images', right: true },
              { title: 'Recall', right: true },
              { title: '95 %', right: true },
              { title: 'Precision', right: true },
              { title: 'Taken most for' },
            ],
            found.classes.map((c) => [
              classTitle(c.name),
              String(c.n),
              percent(c.recall),
              formatInterval(c.interval),
              percent(c.precision),
              c.confusedWith ? `${classTitle(c.confusedWith)}: ${c.confusedN}` : '',
            ]),
          )
        )
      })
    })

  dataset
    .command('conditions')
    .description('the stored conditions and changed models that were measured on these images')
    .argument('<dataset>', 'id, title or folder')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const { client, dataset } = await filtered(session, name, options)
      const conditions = await client.datasets.conditions({ datasetId: dataset.id })
      const changed = await client.datasets.changedModels({ datasetId: dataset.id })
      const titles = new Map((await client.models.list()).map(({ id, title }) => [id, title]))
      const modelsOf = (ids: readonly number[]) => ids.map((id) => titles.get(id) ?? String(id)).join(', ')
      session.print(options, { conditions, changed }, () =>
        [
          formatTable(
            [{ title: 'ID', right: true }, { title: 'Condition' }, { title: 'Models' }],
            conditions.map((c) => [String(c.conditionId), c.title, modelsOf(c.modelIds)]),
            'no conditions except the unchanged images',
          ),
          ...(changed.length === 0
            ? []
            : [
                formatTable(
                  [{ title: 'Change' }, { title: 'Model' }, { title: 'Models' }],
                  changed.map((c) => [c.changed, c.title, modelsOf(c.modelIds)]),
                ),
              ]),
        ].join('\n'),
      )
    })
}
