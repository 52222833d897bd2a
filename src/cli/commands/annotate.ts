import { resolve } from 'node:path'
import type { Command } from 'commander'
import { errorCodes, KernelscopeError } from '#shared/errors.ts'
import { folderCheckText } from '#shared/folderCheckText.ts'
import { collect, integerOf } from '../flags.ts'
import { followJob } from '../follow.ts'
import { followWork } from '../followWork.ts'
import { formatTable } from '../format.ts'
import { ruleOf } from '../imageFilter.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { filtered, withFilter, type FilterFlags } from './browse.ts'

export function addAnnotateCommands(
  dataset: Command,
  session: CliSession,
  fail: (exit: number) => void,
): void {
  withFilter(
    dataset.command('tag').description('tag the images that fit a filter, or list the tags there are'),
  )
    .option('--add <tag>', 'give them this tag; may be repeated', collect)
    .option('--remove <tag>', 'remove this tag from them; may be repeated', collect)
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<FilterFlags & { add?: string[]; remove?: string[] }>()
      const { client, dataset, filter } = await filtered(session, name, options)
      const { add = [], remove = [] } = options
      if (add.length + remove.length === 0) {
        const tags = await client.annotations.tags()
        return session.print(options, { tags }, () =>
          formatTable(
            [{ title: 'Tag' }, { title: 'Files', right: true }],
            tags.map((tag) => [tag.name, String(tag.files)]),
            'no tags',
          ),
        )
      }
      const done = await client.annotations.tag({
        datasetId: dataset.id,
        selection: ruleOf(filter),
        add,
        remove,
      })
      session.print(options, done, () => `${done.files} files changed\n`)
    })

  dataset
    .command('note')
    .description('show or write the note of an image')
    .argument('<image>', 'id, see "dataset images"')
    .argument('[text]', 'the note; an empty text removes it')
    .action(async (image: string, text: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const imageId = integerOf('image', 1)(image)
      const client = await session.openWorkspace(options)
      if (text !== undefined) await client.annotations.note({ imageId, text })
      const { image: row, note, tags } = await client.datasets.image({ id: imageId })
      session.print(options, { image: row, note, tags }, () => `${row.name}\n${note || 'no note'}\n`)
    })

  dataset
    .command('check')
    .description('whether the files are still what was indexed: a sample by size and time, or all by digest')
    .argument('<dataset>', 'id, title or folder')
    .option('--sample <n>', 'number of files to check', integerOf('--sample', 1), 200)
    .option('--full', 'read every file and compare its digest')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { sample: number; full?: boolean }>()
      const {
        client,
        dataset: { id },
      } = await filtered(session, name, options)
      const check = options.full
        ? await followWork(session, options, (how) => client.datasets.checkAll({ id }, how))
        : await client.datasets.check({ id, sample: options.sample })
      session.print(options, check, () =>
        [folderCheckText(check), ...check.names].map((line) => `${line}\n`).join(''),
      )
      if (check.same < check.looked) fail(errorCodes.FILE_CHANGED.exit)
    })

  dataset
    .command('reroot')
    .description('set the new folder of a dataset that was moved; its predictions, tags and subsets stay')
    .argument('<dataset>', 'id, title or the old folder')
    .argument('<dir>', 'where the files are now')
    .option('--force', 'also where files of the sample are missing or differ')
    .action(async (name: string, dir: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { force?: boolean }>()
      const client = await session.openWorkspace(options)
      const all = await client.datasets.list()
      const found = all.find(
        (d) => String(d.id) === name || d.title === name || d.path === resolve(session.io.cwd, name),
      )
      if (!found) throw new KernelscopeError('DATASET_NOT_FOUND', `there is no dataset ${name}`)
      const moved = await client.datasets.reroot({
        id: found.id,
        path: resolve(session.io.cwd, dir),
        force: options.force ?? false,
      })
      await followJob(client, moved.jobId, session.io, options.quiet)
      session.print(options, moved, () => `${moved.dataset.title} is in ${moved.dataset.path} now\n`)
    })
}
