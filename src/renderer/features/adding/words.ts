import { classSets } from '#shared/classSets.ts'
import { corruptionSets } from '#shared/corruptionSets.ts'
import type { DatasetPreview, IntakeItem, ModelPreview } from '#shared/contract/index.ts'
import { geometryText, isAssumed, originText } from '#shared/preprocessing.ts'
import { bytes, compact, integer, plural } from '../../lib/format.ts'

const containers = {
  safetensors: 'safetensors',
  'pytorch-zip': 'PyTorch',
  'pytorch-legacy': 'PyTorch (old form)',
  npz: 'npz',
}

/** What a model was taken for, e.g. "ResNet, resnet50: 25.6 M parameters, 1,000 classes". */
export function modelWords({ inspection, classes }: ModelPreview): string {
  const { family, checkpoint, parameters } = inspection
  const precision = inspection.precision === 'float32' ? undefined : inspection.precision
  const name = [family, checkpoint?.size, precision].filter(Boolean).join(', ')
  const outputs =
    checkpoint && checkpoint.classes === null ? 'features, no classes' : plural(classes, 'class', 'classes')
  return `${name}: ${compact(parameters)} parameters, ${outputs}`
}

/** Why, and how its images are prepared, a line each. */
export function modelDetails({ inspection, preprocessing, origin, labels }: ModelPreview): string[] {
  const { checkpoint } = inspection
  const from = checkpoint
    ? `${containers[checkpoint.container]} with ${checkpoint.naming}'s names${checkpoint.unwrapped.length > 0 ? `, taken out of ${checkpoint.unwrapped.join(' ')}` : ''}.`
    : `ONNX. ${inspection.familyReason}`
  return [
    from,
    `Preprocessing: ${geometryText(preprocessing)}; ${originText(origin)}.`,
    labels.length > 0 ? `Labels: ${labels.slice(0, 4).join(', ')} …` : 'Labels: none found beside it.',
  ]
}

/** What a person should know before a model is added. */
export function modelWarnings({ inspection, origin, problems }: ModelPreview): string[] {
  const { checkpoint } = inspection
  return [
    ...problems,
    ...(isAssumed({ origin }) ? ['Its preprocessing is a guess.'] : []),
    ...(checkpoint && checkpoint.leftOver.count > 0
      ? [
          `${plural(checkpoint.leftOver.count, 'tensor')} of the file are not used: ${checkpoint.leftOver.first.slice(0, 4).join(', ')}${checkpoint.leftOver.count > 4 ? ' …' : ''}`,
        ]
      : []),
    ...(checkpoint && checkpoint.bytes.converted > 0
      ? [`${bytes(checkpoint.bytes.converted)} are converted and kept in the workspace.`]
      : []),
  ]
}

/** Kinds whose name is more than that of a published set. */
const kinds: Record<string, string> = {
  'imagenet-val': 'Validation images of ImageNet',
  folders: 'Class folders',
  csv: 'Images with a list of labels',
  unlabelled: 'Images without classes',
  'cue-conflict': 'Cue conflict',
  objectnet: 'ObjectNet',
  ...Object.fromEntries([...classSets, ...corruptionSets].map(({ id, title }) => [id, title])),
  conditions: 'Conditions named by conditions.json',
}

/** The name of a published set, e.g. "ImageNet-A" of "imagenet-a". */
const nameOf = (id: string): string =>
  id
    .replace(/^imagenet/, 'ImageNet')
    .replace(/^cifar/, 'CIFAR')
    .replace(/-[a-z]$/, (letter) => letter.toUpperCase())

/** What a dataset was taken for, e.g. "ImageNet-A, 200 classes, 7,500 images when complete". */
export const datasetWords = ({ recognised, classes, expected }: DatasetPreview): string =>
  [
    kinds[recognised] ?? nameOf(recognised),
    plural(classes, 'class', 'classes'),
    ...(expected === null ? [] : [`${integer(expected)} images when complete`]),
  ].join(', ')

const forms = {
  folder: 'A folder of images',
  archive: 'An archive, read where it lies',
  archives: 'Archives of one set, read where they lie',
  packed: 'A packed archive, unpacked into the workspace',
}

/** What something is, before it was looked at. */
export const itemWords = (item: Extract<IntakeItem, { kind: 'model' | 'dataset' }>): string =>
  item.kind === 'model'
    ? `${item.onnx ? 'ONNX' : 'Weights'}, ${bytes(item.bytes)}${item.another ? ', another form of the network above' : ''}`
    : forms[item.form]
