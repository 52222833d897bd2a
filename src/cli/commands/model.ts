import { resolve } from 'node:path'
import { Option, type Command } from 'commander'
import type {
  DistanceDefinition,
  FigureFormat,
  Inspection,
  KernelLayer,
  Model,
} from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { formatBytes, formatCount, formatPairs, formatShape, formatTable } from '../format.ts'
import { namedModel } from '../named.ts'
import {
  addFigureOptions,
  figureFormats,
  figureSetting,
  printFiles,
  type FigureFlags,
} from '../figureFlags.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface AddFlags extends GlobalOptions {
  title?: string
  labels?: string
  preset?: string
}

interface KernelFlags extends GlobalOptions, FigureFlags {
  definition: DistanceDefinition
}

export function addModelCommands(program: Command, session: CliSession): void {
  const model = program.command('model').description('add, list and look into ONNX models')

  model
    .command('add')
    .description('add ONNX files to the workspace (by reference, never copied)')
    .argument('<files...>')
    .option('--title <text>', 'name of the model; the file name where it is left out')
    .option('--labels <list>', 'imagenet1k, or a text file with one label a line')
    .option('--preset <id>', 'preprocessing recipe, see "model presets"')
    .action(async (files: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddFlags>()
      const client = await session.openWorkspace(options)
      const recipe = options.preset === undefined ? undefined : await presetNamed(client, options.preset)
      const added: Model[] = []
      for (const file of files) {
        const path = resolve(session.io.cwd, file)
        const row = await client.models.add({
          path,
          ...(options.title === undefined ? {} : { title: options.title }),
        })
        const labels = options.labels === undefined ? undefined : labelSource(options.labels, session)
        const changes = {
          ...(labels === undefined ? {} : { labels }),
          ...(recipe === undefined ? {} : { preprocessing: recipe }),
        }
        added.push(
          Object.keys(changes).length > 0 ? await client.models.update({ id: row.id, ...changes }) : row,
        )
      }
      session.print(options, { models: added }, () => modelTable(added))
    })

  model
    .command('list')
    .description('the models of the workspace')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const models = await (await session.openWorkspace(options)).models.list()
      session.print(options, { models }, () => modelTable(models))
    })

  model
    .command('presets')
    .description('the preprocessing recipes that are known')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const presets = await (await session.client()).models.presets()
      session.print(options, { presets }, () =>
        formatTable(
          [{ title: 'ID' }, { title: 'Recipe' }],
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
      const inspection = await client.models.inspect({ path: resolve(session.io.cwd, file) })
      session.print(options, inspection, () => describeInspection(inspection, options.layers ?? false))
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
      ),
  ).action(async (file: string, _: unknown, command: Command) => {
    const options = command.optsWithGlobals<KernelFlags>()
    if (options.out !== undefined) return exportKernels(session, file, options)
    const path = resolve(session.io.cwd, file)
    const result = await (await session.client()).models.kernels({ path, definition: options.definition })
    session.print(options, result, () => kernelTable(result.layers))
  })
}

async function exportKernels(session: CliSession, name: string, options: KernelFlags): Promise<void> {
  const client = await session.openWorkspace(options)
  const { id } = await namedModel(client, name, session)
  const formats: FigureFormat[] = figureFormats(options.format)
  const { files } = await client.figures.exportKernels({
    modelId: id,
    definition: options.definition,
    formats,
    directory: resolve(session.io.cwd, options.out ?? '.'),
    ...figureSetting(options, 3.25),
  })
  printFiles(session, options, files)
}

async function presetNamed(client: Awaited<ReturnType<CliSession['client']>>, id: string) {
  const presets = await client.models.presets()
  const found = presets.find((preset) => preset.id === id)
  if (found) return found.preprocessing
  throw new KernelscopeError('USAGE', `unknown preset: ${id}`, {
    hint: `There are ${presets.map((preset) => preset.id).join(', ')}.`,
  })
}

const labelSource = (labels: string, { io }: CliSession) =>
  labels === 'imagenet1k' || labels === 'own' ? labels : resolve(io.cwd, labels)

function modelTable(models: readonly Model[]): string {
  return formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Model' },
      { title: 'Family' },
      { title: 'Parameters', right: true },
      { title: 'MACs', right: true },
      { title: 'Kernel', right: true },
      { title: 'Classes', right: true },
      { title: 'File' },
    ],
    models.map((model) => [
      String(model.id),
      model.title,
      model.family,
      formatCount(model.parameters),
      formatCount(model.macs),
      model.largestKernel === null ? '–' : String(model.largestKernel),
      String(model.classes),
      model.problem ? `${model.path} (${model.problem.message})` : model.path,
    ]),
    'no models; add one with "kernelscope model add FILE"',
  )
}

function describeInspection(inspection: Inspection, layers: boolean): string {
  const { family, familyReason, blocks, blocksReason } = inspection
  const tensors = (list: Inspection['inputs']) =>
    list.map(({ name, type, shape }) => `${name} ${type} ${formatShape(shape)}`).join('; ')
  const removable = blocks.filter((block) => block.removable).length
  const facts = formatPairs([
    ['family', `${family} (${familyReason})`],
    [
      'opset',
      `${inspection.opset}, IR ${inspection.irVersion}${inspection.producer ? `, ${inspection.producer}` : ''}`,
    ],
    ['size', formatBytes(inspection.bytes)],
    ['parameters', formatCount(inspection.parameters)],
    ['MACs', formatCount(inspection.macs)],
    ['inputs', tensors(inspection.inputs)],
    ['outputs', tensors(inspection.outputs)],
    [
      'blocks',
      blocks.length > 0
        ? `${blocks.length}, ${removable} removable`
        : `none found${blocksReason ? `: ${blocksReason}` : ''}`,
    ],
  ])
  const convolutions = formatTable(
    [
      { title: 'Convolution' },
      { title: 'Kernel', right: true },
      { title: 'Channels', right: true },
      { title: 'Group', right: true },
      { title: 'Stride', right: true },
      { title: 'Weight' },
    ],
    inspection.convolutions.map(({ node, kernel, channels, group, stride, weight }) => [
      node,
      kernel.join('x'),
      String(channels),
      String(group),
      stride.join('x'),
      weight,
    ]),
    'no convolutions',
  )
  return [facts, convolutions, ...(layers ? [layerTable(inspection)] : [])].join('\n')
}

function layerTable({ layers }: Inspection): string {
  return formatTable(
    [
      { title: '#', right: true },
      { title: 'Node' },
      { title: 'Op' },
      { title: 'Output' },
      { title: 'Parameters', right: true },
      { title: 'MACs', right: true },
    ],
    layers.map(({ index, node, op, outputShape, parameters, macs }) => [
      String(index),
      node,
      op,
      outputShape ? formatShape(outputShape) : '–',
      formatCount(parameters),
      formatCount(macs),
    ]),
  )
}

function kernelTable(layers: readonly KernelLayer[]): string {
  const fixed = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(4))
  return formatTable(
    [
      { title: '#', right: true },
      { title: 'Weight' },
      { title: 'Kernel', right: true },
      { title: 'Channels', right: true },
      { title: 'Least', right: true },
      { title: 'Median', right: true },
      { title: 'Most', right: true },
      { title: 'Uniform', right: true },
    ],
    layers.map(({ index, weight, kernel, channels, distance, uniform }) => [
      String(index),
      weight,
      `${kernel}x${kernel}`,
      String(channels),
      fixed(distance[0]),
      fixed(distance[Math.floor(distance.length / 2)]),
      fixed(distance.at(-1)),
      fixed(uniform),
    ]),
    'no depthwise convolutions',
  )
}
