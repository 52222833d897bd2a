import { Option, type Command } from 'commander'
import { resolve } from 'node:path'
import { classTitle } from '#shared/classNames.ts'
import type { StudyImageOrder, StudyImageSummary } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { formatTable, percent } from '../format.ts'
import { integerOf } from '../flags.ts'
import { namedStudy, shownNamed, shownTitles } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

const orders = {
  'fails-first': 'failsFirst',
  disagree: 'disagree',
  image: 'image',
} as const satisfies Record<string, StudyImageOrder>

const isOrder = (text: string): text is keyof typeof orders => text in orders

interface ImagesFlags extends GlobalOptions {
  sort: string
  limit: number
  after?: number
}

interface SaveFlags extends GlobalOptions {
  model: string
  key: string
  out: string
  npy?: boolean
}

export function addStudyImageCommands(study: Command, session: CliSession): void {
  study
    .command('images')
    .description('the images of a study, those that fail first at the top')
    .argument('<study>', 'id or title')
    .addOption(
      new Option('--sort <order>', 'the mildest condition a model fails under, or where models disagree most')
        .choices(Object.keys(orders))
        .default('fails-first'),
    )
    .option('--limit <n>', 'at most so many', integerOf('--limit', 1), 50)
    .option(
      '--after <id>',
      'continue after this image, the last of the previous page',
      integerOf('--after', 1),
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ImagesFlags>()
      const client = await session.openWorkspace(options)
      const found = await namedStudy(client, name, session)
      const order = isOrder(options.sort) ? orders[options.sort] : 'failsFirst'
      const after = options.after ?? null
      const page = await client.studies.images({ id: found.id, order, limit: options.limit, after })
      const titleOf = await shownTitles(client, found)
      session.print(options, page, () => imageTable(page, titleOf))
      if (page.next !== null && !options.json && !options.quiet)
        session.io.err(`${page.total} images; go on with --after ${page.next}\n`)
    })

  study
    .command('save-adversarial')
    .description('write the adversarial images of one condition as PNG, with a manifest')
    .argument('<study>', 'id or title')
    .requiredOption('--model <name>', 'id, title or file')
    .requiredOption('--key <key>', 'the condition, as "study show" names it')
    .requiredOption('--out <folder>', 'write here; made where it is not there')
    .option('--npy', 'also the unrounded images, as NumPy arrays')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<SaveFlags>()
      const client = await session.openWorkspace(options)
      const found = await namedStudy(client, name, session)
      const { id } = found
      const modelId = await shownNamed(client, found, options.model, session)
      const folder = resolve(session.io.cwd, options.out)
      const request = { id, modelId, key: options.key, folder, npy: options.npy ?? false }
      for await (const event of await client.studies.saveAdversarial(request)) {
        if (event.type === 'progress') continue
        const { result } = event
        session.print(options, result, () => `${result.images} images, ${result.manifest}\n`)
        if (result.failed > 0) session.io.err(`warning: ${result.failed} images could not be made\n`)
        return
      }
      throw new KernelscopeError('INTERNAL', 'saving ended without a result')
    })
}

function imageTable(
  { rows, axis }: { rows: StudyImageSummary[]; axis: string | null },
  titleOf: (id: number) => string,
): string {
  return formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Image' },
      { title: 'Class' },
      { title: axis === null ? 'Fails at' : `Fails at (${axis})`, right: true },
      { title: 'First' },
      { title: 'Disagreement', right: true },
    ],
    rows.map(({ image, failsAt, failing, disagreement, measured }) => [
      String(image.id),
      image.name,
      image.className === null ? '' : classTitle(image.className),
      failsAt === null ? nowhere(measured) : String(Number(failsAt.toFixed(3))),
      failing.map(titleOf).join(', '),
      disagreement === null ? '' : percent(disagreement),
    ]),
    'no image of this study was measured',
  )
}

/** Where no model fails: whether that is known of all conditions. */
const nowhere = (measured: StudyImageSummary['measured']): string =>
  measured && measured.n < measured.of ? `nowhere in ${measured.n} of ${measured.of}` : 'nowhere'
