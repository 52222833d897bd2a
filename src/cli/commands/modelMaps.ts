import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { MapView, SaliencyTarget, Source } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { studyExits } from '#shared/studyState.ts'
import {
  addFigureOptions,
  figureFormats,
  figureSetting,
  printFiles,
  type FigureFlags,
} from '../figureFlags.ts'
import { integerOf } from '../flags.ts'
import { followWork } from '../followWork.ts'
import { describeAttention, describeField, describeSaliency } from '../mapText.ts'
import { checkUnlisted, findNamed, namedDataset } from '../named.ts'
import { addSaliencyOptions, saliencyMethodOf } from '../saliencyFlags.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface MapFlags extends GlobalOptions, FigureFlags {
  threads?: number
  /** Only where the picture belongs to one image. */
  photograph?: 'over' | 'beside' | 'none'
}

interface AttentionFlags extends MapFlags {
  image: string
  patch?: number
  reading: 'row' | 'mean' | 'rollout'
  layer?: number
  head?: number
}

interface SaliencyFlags extends MapFlags {
  image: string
  /** Name of a method. Its parameters are further options, under their own names. */
  method: string
  class?: number
  of: 'logit' | 'ce'
  signed?: boolean
}

interface FieldFlags extends MapFlags {
  images: string
  count: number
  seed: number
  point?: number
}

interface GradientFlags extends GlobalOptions {
  images: string
  label: string
  of: 'logit' | 'ce'
  out: string
  threads?: number
}

const model = 'ONNX file (needs no workspace), or the id or title of a model of the workspace'
const explained = { logit: 'logit', ce: 'crossEntropy' } as const
const ofOption = (fallback: 'logit' | 'ce') =>
  new Option('--of <what>', 'ce: the cross entropy; logit: the output itself')
    .choices(['logit', 'ce'])
    .default(fallback)
const photograph = () =>
  new Option('--photograph <place>', 'where the map stands in a figure: over the image, beside it, or alone')
    .choices(['over', 'beside', 'none'])
    .default('over')
const threads = (command: Command) =>
  command.option('--threads <n>', 'of ONNX Runtime; 0 lets it choose', integerOf('--threads', 0))

/**
 * Adds the commands that show what a model does with an image. With --out they write figures, otherwise they print the
 * result.
 */
export function addMapCommands(parent: Command, session: CliSession, fail: (exit: number) => void): void {
  figures(
    parent
      .command('attention')
      .description('attention maps of a ViT on an image: a query, the mean over queries, or the rollout')
      .argument('<model>', model)
      .requiredOption('--image <file>', 'the image')
      .option('--patch <n>', 'query patch, row by row from 0; else the class token', integerOf('--patch', 0))
      .addOption(
        new Option('--reading <name>', 'what is written with --out')
          .choices(['row', 'mean', 'rollout'])
          .default('row'),
      )
      .addOption(photograph())
      .option('--layer <n>', 'from 1; the last when left out', integerOf('--layer', 1))
      .option('--head <n>', 'from 1; the mean over heads when left out', integerOf('--head', 1)),
  ).action(async (name: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<AttentionFlags>()
    const { client, source } = await opened(session, name, flags)
    const image = { path: resolve(session.io.cwd, flags.image) }
    const patch = flags.patch === undefined ? {} : { patch: flags.patch }
    const result = await followWork(session, flags, (options) =>
      client.maps.attention({ model: source, image, ...patch }, options),
    )
    const layer = (flags.layer ?? result.layers.length) - 1
    const head = flags.head === undefined ? null : flags.head - 1
    const view = { of: 'attention', reading: flags.reading, layer, head } as const
    await show(session, flags, name, { ...result, view }, () => describeAttention(result))
  })

  figures(
    addSaliencyOptions(
      parent
        .command('saliency')
        .description('which pixels of an image an output depends on, by its gradient')
        .argument('<model>', model)
        .requiredOption('--image <file>', 'the image'),
    )
      .option(
        '--class <n>',
        'index of the explained class; the predicted one when left out',
        integerOf('--class', 0),
      )
      .addOption(ofOption('logit'))
      .addOption(photograph())
      .option('--signed', 'write the signed sum over the channels instead of the magnitudes'),
  ).action(async (name: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<SaliencyFlags>()
    const { client, source } = await opened(session, name, flags)
    const target: SaliencyTarget =
      flags.class === undefined ? { kind: 'predicted' } : { kind: 'class', index: flags.class }
    const image = { path: resolve(session.io.cwd, flags.image) }
    const of = explained[flags.of]
    const result = await followWork(session, flags, (options) =>
      client.maps.saliency({ model: source, image, method: saliencyMethodOf(flags), target, of }, options),
    )
    const view = { of: 'saliency', as: flags.signed ? 'signed' : 'magnitude' } as const
    await show(session, flags, name, { ...result, view }, () => describeSaliency(result))
  })

  figures(
    parent
      .command('erf')
      .description('effective receptive field, with its table of high-contribution areas')
      .argument('<model>', model)
      .requiredOption('--images <path>', 'folder of images, or a dataset of the workspace by id or title')
      .option('--count <n>', 'how many images', integerOf('--count', 1), 50)
      .option('--seed <n>', 'images of a dataset', integerOf('--seed', 0), 0)
      .option('--point <n>', 'feature map by index; the last when left out', integerOf('--point', 0)),
  ).action(async (name: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<FieldFlags>()
    const { client, source } = await opened(session, name, flags)
    const path = resolve(session.io.cwd, flags.images)
    const images = existsSync(path)
      ? { path, count: flags.count }
      : {
          datasetId: (await namedDataset(await session.openWorkspace(flags), flags.images, session, flags))
            .id,
          count: flags.count,
          seed: flags.seed,
        }
    const point = flags.point === undefined ? {} : { point: flags.point }
    const result = await followWork(session, flags, (options) =>
      client.maps.receptiveField({ model: source, images, ...point }, options),
    )
    const view = { of: 'receptiveField', as: 'picture' } as const
    await show(session, flags, name, { ...result, view }, () => describeField(result))
  })

  threads(
    parent
      .command('gradient')
      .description(
        'writes the gradients of images as NumPy array [N,3,H,W], with respect to the image in [0,1]',
      )
      .argument('<model>', model)
      .requiredOption('--images <path>', 'an image, or a folder of them')
      .requiredOption(
        '--label <k>',
        'class index, or from-folders: the class named as the folder of the image',
      )
      .addOption(ofOption('ce'))
      .requiredOption('--out <file>', 'the .npy file; a .json beside it says what each row is'),
  ).action(async (name: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<GradientFlags>()
    const { client, source } = await opened(session, name, flags)
    const label = flags.label === 'from-folders' ? 'folders' : integerOf('--label', 0)(flags.label)
    const [images, out] = [resolve(session.io.cwd, flags.images), resolve(session.io.cwd, flags.out)]
    const of = explained[flags.of]
    const result = await followWork(session, flags, (options) =>
      client.maps.gradient({ model: source, images, label, of, out }, options),
    )
    session.print(flags, result, () => {
      const failed = result.failed > 0 ? `, ${result.failed} failed (NaN)` : ''
      return `${result.path}  float32 [${result.shape.join(', ')}]${failed}\n${result.rows}\n`
    })
    if (result.failed > 0) fail(studyExits.failures)
  })
}

const figures = (command: Command) => threads(addFigureOptions(command))

/**
 * Opens an ONNX file without a workspace; any other name is a model of the workspace.
 * @throws MODEL_NOT_FOUND where there is neither; WORKSPACE_CORRUPT where its row is damaged
 */
async function opened(session: CliSession, name: string, flags: GlobalOptions & { threads?: number }) {
  const overrides = flags.threads === undefined ? {} : { threads: flags.threads }
  const path = resolve(session.io.cwd, name)
  if (existsSync(path)) return { client: await session.client(overrides), source: { path } satisfies Source }
  const client = await session.openWorkspace(flags, overrides)
  const found = findNamed(await client.models.list(), name, session.io.cwd)
  if (!found) {
    await checkUnlisted(name, client.models.get)
    throw new KernelscopeError('MODEL_NOT_FOUND', `there is no model ${name}, and no such file`)
  }
  return { client, source: { id: found.id } satisfies Source }
}

/** With --out writes the picture of a result, otherwise prints the result. */
async function show(
  session: CliSession,
  flags: MapFlags,
  name: string,
  { view, ...result }: { key: string; view: MapView },
  text: () => string,
): Promise<void> {
  if (flags.out === undefined) return session.print(flags, result, text)
  const npy = flags.format.includes('npy')
  const drawn = figureFormats(flags.format.filter((format) => format !== 'npy'))
  const { files } = await (
    await session.client()
  ).maps.export({
    key: result.key,
    view,
    caption: name,
    ...(flags.photograph === undefined ? {} : { photograph: flags.photograph }),
    formats: npy ? [...drawn, 'npy'] : drawn,
    directory: resolve(session.io.cwd, flags.out),
    ...figureSetting(flags, 3.25),
  })
  printFiles(session, flags, files)
}
