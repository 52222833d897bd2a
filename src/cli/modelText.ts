import type { Inspection, KernelLayer, Model, SelfCheck } from '#shared/contract/index.ts'
import { sourceWord } from '#shared/labelWords.ts'
import { outputRemarks } from '#shared/outputScale.ts'
import { precisionText } from '#shared/precisionWords.ts'
import { preprocessingState } from '#shared/preprocessing.ts'
import { checkpointLine } from './checkpointText.ts'
import { formatBytes, formatCount, formatPairs, formatShape, formatTable } from './format.ts'

/** Models of a workspace, one per line. */
export function modelTable(models: readonly Model[]): string {
  return formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Model' },
      { title: 'Family' },
      { title: 'Parameters', right: true },
      { title: 'MACs', right: true },
      { title: 'Kernel', right: true },
      { title: 'Classes', right: true },
      { title: 'Labels' },
      { title: 'Preprocessing' },
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
      sourceWord[model.labelSource],
      preprocessingState(model.origin),
      model.problem ? `${model.path} (${model.problem.message})` : model.path,
    ]),
    'no models; add one with "kernelscope model add FILE"',
  )
}

/** What is to be known of the outputs of models, a line each. */
export const outputHint = (models: readonly { title: string; inspection: Inspection }[]): string =>
  models
    .flatMap(({ title, inspection }) => outputRemarks(inspection).map((remark) => `${title}: ${remark}\n`))
    .join('')

/** A table that compares the rewrites of a model with the model itself. */
export function checkTable({ rewrites }: SelfCheck): string {
  return formatTable(
    [{ title: 'Rewrite' }, { title: 'State' }, { title: 'Apart by', right: true }, { title: 'What' }],
    rewrites.map(({ rewrite, state, error, message }) => [
      rewrite,
      state,
      error === null ? '–' : error.toExponential(1),
      message,
    ]),
  )
}

/** Describes a model file; with `layers` also every node that has parameters or multiply-accumulates. */
export function describeInspection(inspection: Inspection, layers: boolean): string {
  const { family, familyReason, blocks, blocksReason } = inspection
  const tensors = (list: Inspection['inputs']) =>
    list.map(({ name, type, shape }) => `${name} ${type} ${formatShape(shape)}`).join('; ')
  const removable = blocks.filter((block) => block.removable).length
  const { checkpoint } = inspection
  const precision = precisionText(inspection)
  const facts = formatPairs([
    ...(checkpoint ? [['checkpoint', checkpointLine(checkpoint)] as const] : []),
    ['family', `${family} (${familyReason})`],
    [
      'opset',
      `${inspection.opset}, IR ${inspection.irVersion}${inspection.producer ? `, ${inspection.producer}` : ''}`,
    ],
    ...(precision === null ? [] : [['precision', precision] as const]),
    ['size', formatBytes(inspection.bytes)],
    ['parameters', formatCount(inspection.parameters)],
    ['MACs', formatCount(inspection.macs)],
    ['inputs', tensors(inspection.inputs)],
    ['outputs', tensors(inspection.outputs)],
    ...outputRemarks(inspection).map((remark) => ['', remark] as const),
    ...(inspection.unsteady === undefined ? [] : [['not usable', inspection.unsteady] as const]),
    [
      'blocks',
      blocks.length > 0
        ? `${blocks.length}, ${removable} removable`
        : `none found${blocksReason ? `: ${blocksReason}` : ''}`,
    ],
  ])
  const rewrites = formatTable(
    [{ title: 'Rewrite' }, { title: 'Possible' }, { title: 'Why not' }],
    inspection.rewrites.map(({ rewrite, possible, reason }) => [
      rewrite,
      possible ? 'yes' : 'no',
      reason ?? '',
    ]),
  )
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
  return [facts, rewrites, convolutions, ...(layers ? [layerTable(inspection)] : [])].join('\n')
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

/** Kernel attention distances of each depthwise layer: smallest, median, largest, and that of equal weights. */
export function kernelTable(layers: readonly KernelLayer[]): string {
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
