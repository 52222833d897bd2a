import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type { DistanceDefinition, FigureFormat, KernelForm, Model } from '#shared/contract/index.ts'
import { checkpointText } from '../checkpointText.ts'
import { checkpointsOf, choiceOf, type ChoiceFlags } from '../checkpointFlags.ts'
import { collect } from '../flags.ts'
import { formatTable, printable } from '../format.ts'
import { checkTable, describeInspection, kernelTable, modelTable, outputHint } from '../modelText.ts'
import { namedModel } from '../named.ts'
import {
  addFigureOptions,
  figureFormats,
  figureSetting,
  printFiles,
  type FigureFlags,
} from '../figureFlags.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { addLabelCommands } from './modelLabels.ts'
import { formsBeside } from '../formsBeside.ts'
import { assumedHint, sidecarHint, unreadHint } from '../preprocessingText.ts'
import { addMapCommands } from './modelMaps.ts'
import { addModelSetCommands, presetFor } from './modelSet.ts'

interface AddFlags extends GlobalOptions, ChoiceFlags {
  title?: string
  labels?: string
  preset?: string
}

interface KernelFlags extends GlobalOptions, FigureFlags {
  definition: DistanceDefinition
  kernels: KernelForm
}

export function addModelCommands(program: Command, session: CliSession, fail: (exit: number) => void): void {
  const model = program
    .command('model')
    .description('add, list and inspect models: ONNX files and checkpoints')

  model
    .command('add')
    .description(
      'add ONNX files, checkpoints and folders with one of them to the workspace (by reference, never copied)',
    )
    .argument('<files...>')
    .option('--title <text>', 'name of the model; the file name where it is left out')
    .option('--labels <list>', 'imagenet1k, or a text file with one label a line')
    .option('--preset <id>', 'preprocessing, see "model presets"')
    .option('--part <key>', 'which weights of a checkpoint that has several, such as model_ema')
    .option('--answer <question=answer>', 'what a checkpoint leaves open; may be repeated', collect)
    .action(async (files: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddFlags>()
      const client = await session.openWorkspace(options)
      const added: Model[] = []
      for (const file of files) {
        const path = resolve(session.io.cwd, file)
        const row = await client.models.add(
          {
            path,
            ...(options.title === undefined ? {} : { title: options.title }),
            ...choiceOf(options),
          },
          { signal: session.io.signal },
        )
        const labels = options.labels === undefined ? undefined : labelSource(options.labels, session)
        const preprocessing =
          options.preset === undefined ? undefined : await presetFor(client, row.id, options.preset)
        const changes = {
          ...(labels === undefined ? {} : { labels }),
          ...(preprocessing === undefined ? {} : { preprocessing }),
        }
        added.push(
          Object.keys(changes).length > 0 ? await client.models.update({ id: row.id, ...changes }) : row,
        )
      }
      const forms = await formsBeside(
        client,
        files.map((file) => resolve(session.io.cwd, file)),
      )
      const checkpoints = await checkpointsOf(client, added)
      session.print(options, { models: added, checkpoints }, () => modelTable(added))
      for (const [at, facts] of checkpoints.entries())
        if (facts) session.io.err(checkpointText(added[at]?.title ?? '', facts))
      session.io.err(forms)
      const inspected = []
      for (const { id, title } of added)
        inspected.push({ title, inspection: await client.models.inspect({ id }) })
      session.io.err(outputHint(inspected))
      for (const row of added) session.io.err(unreadHint(row, await client.models.sidecar({ id: row.id })))
      session.io.err(assumedHint(added))
    })

  model
    .command('export')
    .description('write the network of a model with its weights as an ONNX file that other programs open')
    .argument('<model>', 'id, title or path of a model of the workspace')
    .requiredOption('--onnx <file>', 'the file to write; not one that is there already')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { onnx: string }>()
      const client = await session.openWorkspace(options)
      const { id } = await namedModel(client, name, session)
      const path = resolve(session.io.cwd, options.onnx)
      const written = await client.models.export({ id, path }, { signal: session.io.signal })
      session.print(options, written, () => `${written.files.map(printable).join('\n')}\n`)
    })

  model
    .command('list')
    .description('the models of the workspace')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const models = await client.models.list()
      session.print(options, { models }, () => modelTable(models))
      for (const row of models) session.io.err(sidecarHint(row, await client.models.sidecar({ id: row.id })))
    })

  model
    .command('presets')
    .description('the preprocessing that is known; of a model, what fits its input')
    .argument('[model]', 'id, title or path of a model of the workspace')
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await (name === undefined ? session.client() : session.openWorkspace(options))
      const modelId = name === undefined ? undefined : (await namedModel(client, name, session)).id
      const presets = await client.models.presets({ modelId })
      session.print(options, { presets }, () =>
        formatTable(
          [{ title: 'ID' }, { title: 'Preprocessing' }],
          presets.map(({ id, title }) => [id, title]),
        ),
      )
    })

  model
    .command('inspect')
    .description('what a model file holds: family, inputs, blocks, convolutions (needs no workspace)')
    .argument('<file>')
    .option('--layers', 'also list every node that has parameters or costs')
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { layers?: boolean }>()
      const client = await session.client()
      const inspection = await client.models.inspect(
        { path: resolve(session.io.cwd, file) },
        { signal: session.io.signal },
      )
      session.print(options, inspection, () => describeInspection(inspection, options.layers ?? false))
    })

  model
    .command('check')
    .description(
      'runs a model and its rewrites on random input and says whether they agree; kept with the model',
    )
    .argument('<model>', 'id, title or path of a model of the workspace')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const result = await client.models.check({ id: (await namedModel(client, name, session)).id })
      session.print(options, result, () => checkTable(result))
    })

  addFigureOptions(
    model
      .command('kernels')
      .description(
        'kernel attention distance of the depthwise convolutions (needs no workspace, but for --out)',
      )
      .argument('<file>', 'ONNX file; with --out also the id or title of a model of the workspace')
      .addOption(
        new Option(
          '--definition <name>',
          'normalised: the formula of the paper; published: what its code computes',
        )
          .choices(['normalised', 'published'])
          .default('normalised'),
      )
      .addOption(
        new Option('--kernels <form>', 'raw as in the file, or merged with the small kernel beside them')
          .choices(['raw', 'merged'])
          .default('raw'),
      ),
  ).action(async (file: string, _: unknown, command: Command) => {
    const options = command.optsWithGlobals<KernelFlags>()
    if (options.out !== undefined) return exportKernels(session, file, options)
    const path = resolve(session.io.cwd, file)
    const result = await (
      await session.client()
    ).models.kernels(
      {
        path,
        definition: options.definition,
        form: options.kernels,
      },
      { signal: session.io.signal },
    )
    session.print(options, result, () => kernelTable(result.layers))
  })

  addLabelCommands(model, session)
  addModelSetCommands(model, session)
  addMapCommands(model, session, fail)
}

async function exportKernels(session: CliSession, name: string, options: KernelFlags): Promise<void> {
  const client = await session.openWorkspace(options)
  const { id } = await namedModel(client, name, session)
  const formats: FigureFormat[] = figureFormats(options.format)
  const { files } = await client.figures.exportKernels({
    modelId: id,
    definition: options.definition,
    form: options.kernels,
    formats,
    directory: resolve(session.io.cwd, options.out ?? '.'),
    ...figureSetting(options, 3.25),
  })
  printFiles(session, options, files)
}

const labelSource = (labels: string, { io }: CliSession) =>
  labels === 'imagenet1k' || labels === 'own' ? labels : resolve(io.cwd, labels)
